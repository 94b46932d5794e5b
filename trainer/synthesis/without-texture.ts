// Fine texture taken out of a face, edges kept: what generators, denoisers and beauty filters all do.
import type { Face } from "./face";
import { boxBlur } from "./mask";

/**
 * Self-guided filter (He, Sun & Tang 2010, "Guided Image Filtering", equations 5, 6 and 8 with the guide
 * for the input), channel by channel.
 *
 * @param radius of its windows in pixels.
 * @param contrast standard deviation in grey levels: windows of less are flattened, of more are kept.
 * @param amount how much of the result is mixed in.
 */
export function withoutTexture(face: Face, radius: number, contrast: number, amount: number): Face {
  const { data, size } = face;
  const result = new Uint8ClampedArray(data.length);
  const channel = new Float32Array(size * size);
  for (let c = 0; c < 3; c++) {
    for (let p = 0; p < channel.length; p++) channel[p] = data[3 * p + c]!;
    const mean = boxBlur(channel, size, radius);
    const meanOfSquares = boxBlur(
      channel.map((value) => value * value),
      size,
      radius,
    );
    const gain = mean.map((m, p) => {
      const variance = Math.max(0, meanOfSquares[p]! - m * m);
      return variance / (variance + contrast * contrast);
    });
    const shift = boxBlur(
      mean.map((m, p) => m * (1 - gain[p]!)),
      size,
      radius,
    );
    const slope = boxBlur(gain, size, radius);
    for (let p = 0; p < channel.length; p++) {
      const value = channel[p]!;
      result[3 * p + c] = value + amount * (slope[p]! * value + shift[p]! - value);
    }
  }
  return { ...face, data: result };
}
