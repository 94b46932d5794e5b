// How sharp a crop is, for the "too blurred" abstention: a smooth crop carries no trace to judge.

/**
 * Variance of the Laplacian (4-neighbour) of the luma at the student's input size
 * (Pech-Pacheco et al. 2000).
 *
 * @param rgb `size * size * 3` bytes.
 */
export function sharpness(rgb: Uint8Array | Uint8ClampedArray, size: number): number {
  const luma = new Float32Array(size * size);
  for (let i = 0, p = 0; i < luma.length; i++, p += 3)
    luma[i] = 0.299 * rgb[p]! + 0.587 * rgb[p + 1]! + 0.114 * rgb[p + 2]!;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < size - 1; y++) {
    for (let i = y * size + 1; i < (y + 1) * size - 1; i++) {
      const laplacian =
        luma[i - 1]! + luma[i + 1]! + luma[i - size]! + luma[i + size]! - 4 * luma[i]!;
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  const count = (size - 2) * (size - 2);
  const mean = sum / count;
  return squares / count - mean * mean;
}
