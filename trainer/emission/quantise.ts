// Weight quantisation in tfjs's own manifest format; tfjs widens to float32 on load, so this buys
// size, and what it costs is measured, not assumed.

/** How one tensor is stored. */
export type Storage = "float32" | "float16" | "uint8";

export interface StoredTensor {
  name: string;
  shape: number[];
  bytes: Uint8Array;
  /** As tfjs's `weightsManifest` wants it. */
  quantization?: { dtype: "uint8"; scale: number; min: number } | { dtype: "float16" };
}

/** Rounds to the nearest half float (ties to even), as bits. */
export function float16Bits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal half: a multiple of 2^-24.
    const steps = Math.abs(value) * 2 ** 24;
    const floor = Math.floor(steps);
    const rest = steps - floor;
    return sign | (floor + (rest > 0.5 || (rest === 0.5 && floor & 1) ? 1 : 0));
  }
  const rebased = magnitude - 0x38000000;
  const rounded = (rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13;
  return sign | rounded;
}

/** Value of a half float given as bits. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function storeUint8(name: string, shape: number[], data: Float32Array): StoredTensor {
  let low = 0;
  let high = 0;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = (high - low) / 255 || 1;
  // Zero must stay exactly zero: shift `min` onto the grid.
  const min = Math.round(low / scale) * scale;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const step = Math.round(((data[i] as number) - min) / scale);
    bytes[i] = Math.min(255, Math.max(0, step));
  }
  return { name, shape, bytes, quantization: { dtype: "uint8", scale, min } };
}

function storeFloat16(name: string, shape: number[], data: Float32Array): StoredTensor {
  const halves = Uint16Array.from(data, float16Bits);
  return { name, shape, bytes: new Uint8Array(halves.buffer), quantization: { dtype: "float16" } };
}

/** Encodes one tensor. uint8 is affine per tensor, which is what tfjs's manifest can express. */
export function storeTensor(
  name: string,
  shape: number[],
  data: Float32Array,
  storage: Storage,
): StoredTensor {
  if (storage === "uint8") return storeUint8(name, shape, data);
  if (storage === "float16") return storeFloat16(name, shape, data);
  const copy = data.slice();
  return { name, shape, bytes: new Uint8Array(copy.buffer) };
}
