// NumPy's `.npy`: versions 1 to 3, little-endian numbers in C order, as DeepfakeBench and our shards
// keep landmarks in. Object arrays are refused: they are pickles, and a pickle is a program.
// Format: numpy.lib.format in NumPy's documentation.
import { DatasetError } from "./report";

export interface NpyArray {
  shape: number[];
  data: Float32Array | Float64Array | Int32Array;
}

const MAGIC = "\x93NUMPY";
const ELEMENTS = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "<i4": Int32Array,
} as const;

/**
 * @param name the file, for messages.
 * @throws DatasetError for anything but a whole array of float32, float64 or int32 in C order.
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const fail = (why: string): never => {
    throw new DatasetError(`${name}: ${why}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || latin1(bytes.subarray(0, 6)) !== MAGIC) fail("not a .npy file");
  const version = view.getUint8(6);
  if (version < 1 || version > 3) fail(`.npy version ${version} is not known`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) fail("ends within its header");
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.length < start + length) fail("ends within its header");

  const header = latin1(bytes.subarray(start, start + length));
  const type = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1] ?? fail("its header names no type");
  if (type.includes("O")) fail("holds Python objects, which are not read");
  const Elements = ELEMENTS[type as keyof typeof ELEMENTS] ?? fail(`type ${type} is not read`);
  if (!/'fortran_order'\s*:\s*False/.test(header)) fail("is not in C order");
  const dimensions = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1] ?? fail("has no shape");
  const shape = dimensions.split(",").flatMap((part) => (part.trim() ? [Number(part)] : []));

  const count = shape.reduce((product, size) => product * size, 1);
  const held = bytes.length - start - length;
  const wanted = count * Elements.BYTES_PER_ELEMENT;
  if (held !== wanted) fail(`shape (${shape.join(", ")}) needs ${wanted} bytes, it has ${held}`);
  // A copy, as the numbers rarely lie aligned; not by `slice`, which in a Buffer makes no copy.
  const body = new Uint8Array(bytes.subarray(start + length));
  return { shape, data: new Elements(body.buffer) };
}

/** The `.npy` (version 1.0) of a float32 array in C order, header padded to 64 bytes as NumPy does. */
export function encodeNpy(shape: readonly number[], data: Float32Array): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const bytes = Buffer.alloc(10 + length + data.byteLength, " ");
  bytes.write(`${MAGIC}\x01\x00`, "latin1");
  bytes.writeUInt16LE(length, 8);
  bytes.write(header, 10, "latin1");
  bytes.write("\n", 10 + length - 1, "latin1");
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
