import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findMedia } from "../../cli/find-media";

const jpegHead = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "unmask-walk-"));
  await mkdir(join(base, "photos", "b-inner"), { recursive: true });
  const files = {
    "photos/a.jpg": jpegHead,
    "photos/b-inner/deep.webm": Buffer.from([0x1a, 0x45, 0xdf, 0xa3]),
    "photos/c.PNG": "",
    "photos/no-extension": jpegHead,
    "photos/notes.txt": "words",
    "photos/.hidden.jpg": jpegHead,
    "photos/really-a-video.jpg": Buffer.from("\0\0\0\x18ftypisom\0\0\0\0"),
    "plain.txt": "words",
  };
  for (const [name, body] of Object.entries(files)) await writeFile(join(base, name), body);
  await symlink("..", join(base, "photos", "loop"));
  await symlink("a.jpg", join(base, "photos", "linked.jpg"));
  await symlink("nowhere.jpg", join(base, "photos", "x-dangling.jpg"));
});
afterAll(() => rm(base, { recursive: true }));

const brief = ({ file, kind, error }: { file: string; kind: unknown; error?: string }) =>
  error === undefined ? [file, kind] : [file, kind, error];

test("walks folders in a stable order, by content and name", async () => {
  const { files, skipped } = await findMedia(["photos"], base);
  expect(files.map(brief)).toEqual([
    [join("photos", "a.jpg"), "image"],
    [join("photos", "b-inner", "deep.webm"), "video"],
    [join("photos", "c.PNG"), "image"],
    [join("photos", "linked.jpg"), "image"],
    [join("photos", "no-extension"), "image"],
    [join("photos", "really-a-video.jpg"), "video"],
    [join("photos", "x-dangling.jpg"), null, "there is no such file"],
  ]);
  expect(skipped).toBe(1);
});

test("answers for every file that was named", async () => {
  const { files, skipped } = await findMedia(["plain.txt", "missing.jpg", "photos/a.jpg"], base);
  expect(files.map(brief)).toEqual([
    ["plain.txt", null, "neither a picture nor a video"],
    ["missing.jpg", null, "there is no such file"],
    ["photos/a.jpg", "image"],
  ]);
  expect(skipped).toBe(0);
});

test("answers for a named file that its folder leaves out", async () => {
  const { files } = await findMedia(["photos", "photos/notes.txt"], base);
  expect(files.at(-1)).toMatchObject({ file: "photos/notes.txt", kind: null });
});

test("lists a file once", async () => {
  const { files } = await findMedia(["photos/a.jpg", "photos", join(base, "photos")], base);
  expect(files.filter(({ path }) => path === join(base, "photos", "a.jpg"))).toHaveLength(1);
  expect(files).toHaveLength(7);
});
