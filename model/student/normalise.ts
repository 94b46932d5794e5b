// Pixel values to network input, as EfficientNet-Lite was trained: (x − 127) / 128.

export const PIXEL_MEAN = 127;
export const PIXEL_SCALE = 128;

/** Normalises pixel values 0–255 (any layout) to about −1…1. */
export function normalisePixels(pixels: ArrayLike<number>): Float32Array {
  const input = new Float32Array(pixels.length);
  for (let i = 0; i < input.length; i++) input[i] = (pixels[i]! - PIXEL_MEAN) / PIXEL_SCALE;
  return input;
}
