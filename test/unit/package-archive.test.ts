import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { MAX_ARCHIVE_BYTES, packArchive, unpackArchive } from "../../model/package/archive";
import { StudentPackageError } from "../../model/package/error";

const files = new Map([
  ["card.json", new TextEncoder().encode("{}")],
  ["model.json", new TextEncoder().encode('{"a":1}')],
  ["weights.bin", new Uint8Array([1, 2, 3])],
]);

describe("a .unmask archive", () => {
  it("gives back what was packed, the same bytes every time", () => {
    const archive = packArchive(files);
    expect(packArchive(files)).toEqual(archive);
    expect(unpackArchive(archive)).toEqual(files);
  });

  it("ignores other entries", () => {
    const archive = zipSync({ "../evil.js": new Uint8Array(4), "card.json": new Uint8Array(2) });
    expect([...unpackArchive(archive).keys()]).toEqual(["card.json"]);
  });

  it("refuses what is too large, before and after inflating", () => {
    expect(() => unpackArchive(new Uint8Array(MAX_ARCHIVE_BYTES + 1))).toThrow("larger than");
    const bomb = zipSync({ "weights.bin": new Uint8Array(MAX_ARCHIVE_BYTES + 1) });
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => unpackArchive(bomb)).toThrow("weights.bin is larger than");
  });

  it("refuses what is no zip", () => {
    expect(() => unpackArchive(new Uint8Array(100))).toThrow(StudentPackageError);
    expect(() => unpackArchive(packArchive(files).slice(0, 60))).toThrow(StudentPackageError);
  });

  it("refuses to pack an incomplete package", () => {
    expect(() => packArchive(new Map())).toThrow("holds no card.json");
  });
});
