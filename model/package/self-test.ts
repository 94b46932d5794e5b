// A stored input would cost 77 kB; this one is computed from a seed with integer arithmetic only,
// so that every machine builds the same bytes and the stored logit can be compared.

/**
 * Smooth ramps, a disc and noise: enough structure to exercise every layer.
 *
 * @returns `size * size * 3` bytes.
 */
export function selfTestPixels(size: number, seed: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 3);
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  const radiusSquared = (size * size) >> 3;
  for (let y = 0, p = 0; y < size; y++) {
    for (let x = 0; x < size; x++, p += 3) {
      // xorshift32 (Marsaglia 2003)
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      const noise = state & 31;
      const dx = x - (size >> 1);
      const dy = y - (size >> 1);
      const disc = dx * dx + dy * dy < radiusSquared ? 80 : 0;
      pixels[p] = Math.floor((x * 127) / size) + disc + noise;
      pixels[p + 1] = Math.floor((y * 127) / size) + (disc >> 1) + ((state >>> 8) & 31);
      pixels[p + 2] = Math.floor(((x + y) * 63) / size) + ((state >>> 16) & 31);
    }
  }
  return pixels;
}
