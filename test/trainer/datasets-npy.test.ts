import { expect, test } from "vitest";
import { encodeNpy, parseNpy } from "../../trainer/datasets/layouts/npy";

/** A file as NumPy writes it, but for the padding. */
function npy(header: string, body: ArrayBufferView, version = 1): Uint8Array {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, "latin1"),
    length,
    Buffer.from(header, "latin1"),
    Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  ]);
}
const header = (type: string, shape: string, fortran = "False") =>
  `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

test.each([
  ["<f4", new Float32Array([1.5, -2, 3, 4])],
  ["<f8", new Float64Array([0.1, 1e300, 3, 4])],
  ["<i4", new Int32Array([1, -2, 3, 2 ** 31 - 1])],
])("reads %s, in versions 1 to 3", (type, numbers) => {
  for (const version of [1, 2, 3]) {
    const array = parseNpy(npy(header(type, "(2, 2)"), numbers, version), "a.npy");
    expect(array.shape).toEqual([2, 2]);
    expect(array.data).toEqual(numbers);
  }
});

test("reads vectors, single numbers and empty arrays", () => {
  expect(parseNpy(npy(header("<f4", "(3,)"), new Float32Array(3)), "v.npy").shape).toEqual([3]);
  expect(parseNpy(npy(header("<f4", "()"), new Float32Array([7])), "s.npy").data[0]).toBe(7);
  expect(parseNpy(npy(header("<f4", "(0, 2)"), new Float32Array()), "e.npy").data).toHaveLength(0);
});

test("writes what it reads, and what NumPy writes", () => {
  const points = Float32Array.from({ length: 162 }, (_, i) => i / 3);
  const bytes = encodeNpy([81, 2], points);
  expect(parseNpy(bytes, "p.npy")).toEqual({ shape: [81, 2], data: points });
  // numpy.save of np.array([1], np.float32), byte for byte.
  const numpy = Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00\x76\x00", "latin1"),
    Buffer.from("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }".padEnd(117)),
    Buffer.from([0x0a, 0x00, 0x00, 0x80, 0x3f]),
  ]);
  expect(Buffer.from(encodeNpy([1], new Float32Array([1])))).toEqual(numpy);
});

const f4 = npy(header("<f4", "(2, 2)"), new Float32Array(4));

test.each([
  ["a text", Buffer.from("hello, I am a text"), /bad\.npy: not a \.npy file/],
  ["nothing", Buffer.alloc(0), /not a \.npy file/],
  ["a cut header", f4.subarray(0, 40), /ends within its header/],
  ["a cut array", f4.subarray(0, f4.length - 1), /needs 16 bytes, it has 15/],
  ["more than its array", Buffer.concat([f4, Buffer.alloc(1)]), /needs 16 bytes, it has 17/],
  ["version 4", npy(header("<f4", "()"), new Float32Array(1), 4), /version 4/],
  ["Python objects", npy(header("|O", "(1,)"), new Uint8Array(9)), /Python objects/],
  ["big-endian numbers", npy(header(">f4", "(1,)"), new Float32Array(1)), /type >f4/],
  ["half floats", npy(header("<f2", "(2,)"), new Float32Array(1)), /type <f2/],
  ["Fortran order", npy(header("<f4", "(1,)", "True"), new Float32Array(1)), /not in C order/],
  ["records", npy("{'descr': [('x', '<f4')], }", new Float32Array(1)), /names no type/],
  ["no shape", npy(header("<f4", "(-1,)"), new Float32Array(1)), /has no shape/],
])("refuses %s", (_, bytes, message) => {
  expect(() => parseNpy(bytes, "bad.npy")).toThrow(message);
});
