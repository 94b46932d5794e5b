import { describe, expect, it } from "vitest";
import { CheckpointError, readLegacyCheckpoint } from "../../trainer/weights/legacy-torch";

/** Writes pickle opcodes: numbers are bytes, strings their ASCII text. */
function assemble(...parts: (number | string | number[])[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(part, "latin1");
      return Buffer.from(Array.isArray(part) ? part : [part]);
    }),
  );
}

const text = (value: string) => assemble("X", [value.length, 0, 0, 0], value);
const int64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
};

const magic = assemble(
  [0x80, 2, 0x8a, 10],
  Buffer.from("6cfc9c46f9206aa85019", "hex").toString("latin1"),
  ".",
);
const version = assemble([0x80, 2], "M", [0xe9, 3], ".");
const system = assemble([0x80, 2], "}(", text("little_endian").toString("latin1"), [0x88], "u.");

/** A state dict of one tensor `w`: shape 2×3, stored column by column (strides 1, 2). */
function state(rebuild = "ctorch._utils\n_rebuild_tensor_v2\n"): Buffer {
  const storage = [
    "((",
    text("storage").toString("latin1"),
    "ctorch\nFloatStorage\n",
    text("7").toString("latin1"),
    text("cpu").toString("latin1"),
    "K\x06Nt",
    "Q",
  ].join("");
  return assemble(
    [0x80, 2],
    "ccollections\nOrderedDict\n)R(",
    text("w").toString("latin1"),
    rebuild,
    storage,
    "K\x00K\x02K\x03\x86K\x01K\x02\x86",
    [0x89],
    "ccollections\nOrderedDict\n)RtR",
    "u.",
  );
}

const keys = assemble([0x80, 2], "](", text("7").toString("latin1"), "e.");
const numbers = Buffer.from(Float32Array.from([1, 2, 3, 4, 5, 6]).buffer);
const checkpoint = (body = state()) =>
  new Uint8Array(Buffer.concat([magic, version, system, body, keys, int64(6), numbers]));

describe("readLegacyCheckpoint", () => {
  it("reads a strided tensor into row-major order", () => {
    const tensors = readLegacyCheckpoint(checkpoint());
    expect([...tensors.keys()]).toEqual(["w"]);
    expect(tensors.get("w")?.shape).toEqual([2, 3]);
    expect([...(tensors.get("w")?.data ?? [])]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it("refuses any function but the three it knows", () => {
    expect(() => readLegacyCheckpoint(checkpoint(state("cposix\nsystem\n")))).toThrow(
      "posix.system is not allowed",
    );
  });

  it("refuses unknown opcodes, truncation and other files", () => {
    const bytes = checkpoint();
    expect(() => readLegacyCheckpoint(bytes.slice(0, bytes.length - 5))).toThrow("truncated");
    expect(() => readLegacyCheckpoint(new Uint8Array([0x80, 2, 0x69]))).toThrow("opcode 0x69");
    expect(() => readLegacyCheckpoint(new Uint8Array(0))).toThrow(CheckpointError);
    expect(() => readLegacyCheckpoint(new Uint8Array(version))).toThrow("not a legacy");
  });
});
