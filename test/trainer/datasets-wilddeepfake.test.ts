import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { ReadReport } from "../../trainer/datasets/layouts/report";
import { wildDeepfake } from "../../trainer/datasets/layouts/wilddeepfake";
import { readAll, tree } from "./datasets-tree";

async function tar(files: Record<string, string | Uint8Array>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive as unknown as NodeJS.ReadableStream);
}
const gzipped = async (files: Record<string, string | Uint8Array>) => gzipSync(await tar(files));

test("streams frames out of gzipped and plain archives, with split, label and sequence", async () => {
  const root = await tree({
    "real_train/7.tar.gz": await gzipped({
      "./7/real/103/12.png": "twelve",
      "7/real/103/13.png": "",
    }),
    // Called .gz, and is none: such copies are about.
    "fake test/0.tar.gz": await tar({ "0/fake/5/1.png": "one" }),
  });
  expect(await wildDeepfake.recognise(root)).toBe(true);
  const seen: unknown[] = [];
  for await (const record of wildDeepfake.read(root, { report: new ReadReport() })) {
    const { archive, file, label, split, video, frame, identities, bytes } = record;
    const content = Buffer.from((await bytes?.()) ?? []).toString();
    seen.push([archive, file, label, split, video, frame, identities, content]);
  }
  expect(seen).toEqual([
    [
      "fake test/0.tar.gz",
      "0/fake/5/1.png",
      "fake",
      "test",
      "fake test/0/5",
      1,
      ["wilddeepfake:fake test/0"],
      "one",
    ],
    [
      "real_train/7.tar.gz",
      "7/real/103/12.png",
      "real",
      "train",
      "real_train/7/103",
      12,
      ["wilddeepfake:real_train/7"],
      "twelve",
    ],
    [
      "real_train/7.tar.gz",
      "7/real/103/13.png",
      "real",
      "train",
      "real_train/7/103",
      13,
      ["wilddeepfake:real_train/7"],
      "",
    ],
  ]);
});

test("passes frames over that nobody reads, and stops early without waiting", async () => {
  const big = Buffer.alloc(3_000_000, 1);
  const root = await tree({
    "real_train/0.tar.gz": await gzipped({ "0/real/1/1.png": big, "0/real/1/2.png": big }),
  });
  expect((await readAll(wildDeepfake, root)).records).toHaveLength(2);
  for await (const { frame } of wildDeepfake.read(root, { report: new ReadReport() })) {
    expect(frame).toBe(1);
    break;
  }
});

test("goes into archives within archives", async () => {
  const inner = await gzipped({ "3/fake/9/4.png": "four" });
  const root = await tree({ "fake_train/all.tar": await tar({ "3.tar.gz": inner, "n.png": "" }) });
  const { records, report } = await readAll(wildDeepfake, root);
  expect(records.map(({ file, video }) => [file, video])).toEqual([
    ["3.tar.gz/3/fake/9/4.png", "fake_train/all/9"],
  ]);
  expect(report.filesWith("unknown-name")).toEqual(["fake_train/all.tar: n.png"]);
});

test("reads a tree that somebody unpacked", async () => {
  const root = await tree({ "deepfake_in_the_wild/real_test/0/real/103/12.png": "" });
  const { records } = await readAll(wildDeepfake, root);
  expect(records.map(({ file, label, split, frame }) => [file, label, split, frame])).toEqual([
    ["deepfake_in_the_wild/real_test/0/real/103/12.png", "real", "test", 12],
  ]);
});

test("lists damaged, cut and contradictory archives and goes on", async () => {
  const whole = await gzipped({ "1/real/1/1.png": Buffer.alloc(4000, 7), "1/real/1/2.png": "x" });
  const root = await tree({
    "real_train/1.tar.gz": await gzipped({ "1/fake/1/1.png": "", "1/real/1/notes.txt": "" }),
    "real_train/2.tar.gz": whole.subarray(0, whole.length / 2),
    "real_train/3.tar.gz": "this is a web page",
    "real_train/4.tar.gz": await gzipped({ "4/real/1/1.png": "fine" }),
    "real_train/list.csv": "",
  });
  const { records, report } = await readAll(wildDeepfake, root);
  expect(records.at(-1)?.file).toBe("4/real/1/1.png");
  expect(report.filesWith("unreadable")).toEqual(["real_train/2.tar.gz", "real_train/3.tar.gz"]);
  expect(report.filesWith("contradiction")).toEqual(["real_train/1.tar.gz: 1/fake/1/1.png"]);
  expect(report.filesWith("unknown-name")).toEqual([
    "real_train/1.tar.gz: 1/real/1/notes.txt",
    "real_train/list.csv",
  ]);
  const cut = report.findings.find(({ file }) => file === "real_train/2.tar.gz");
  expect(cut?.detail).toMatch(/2\.tar\.gz: damaged archive: unexpected end of file/);
});

test("lists archives that are empty or lead nowhere", async () => {
  const root = await tree({ "real_train/0.tar.gz": "" });
  await writeFile(join(root, "real_train/1.tar"), await tar({ "0/real/1/1.png": "x" }));
  await symlink("nowhere", join(root, "real_train/2.tar.gz"));
  const { records, report } = await readAll(wildDeepfake, root);
  expect(records).toHaveLength(1);
  expect(report.filesWith("unreadable")).toEqual(["real_train/0.tar.gz", "real_train/2.tar.gz"]);
});
