/** Reviewers' feedback, written by the extension's code, is read by the trainer as labelled data. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CutFace, cropOf, type WantedFace } from "../../entrypoints/shared/cases/face-crops";
import { type Feedback, feedbackArchive } from "../../entrypoints/shared/cases/feedback";
import type { CaseItem } from "../../entrypoints/shared/evidence/evidence";
import { layoutOf } from "../../trainer/datasets/layouts/layouts";
import type { SourceRecord } from "../../trainer/datasets/layouts/record";
import { ReadReport } from "../../trainer/datasets/layouts/report";
import { readManifest } from "../../trainer/datasets/manifest";
import { loadPictures } from "../../trainer/datasets/pictures";
import { caseItem, evidenceRecord } from "../fixtures/evidence-record";

const media = join(import.meta.dirname, "..", "fixtures", "media");
const [width, height] = [512, 512];

/** What the browser does, done by sharp: the same geometry, and lossless. */
async function cut(bytes: Blob, _kind: string, wanted: readonly WantedFace[]): Promise<CutFace[]> {
  const file = Buffer.from(await bytes.arrayBuffer());
  return Promise.all(
    wanted.map(async ({ box }) => {
      const crop = cropOf(box, width, height);
      const png = await sharp(file).extract(crop).png().toBuffer();
      return { png, box: [box[0] - crop.left, box[1] - crop.top, box[2], box[3]] };
    }),
  );
}

const item = (part: Partial<CaseItem>, sha: string): CaseItem => {
  const evidence = evidenceRecord({
    file: { sha256: sha.repeat(32), bytes: 1, type: "image/jpeg" },
  });
  const [face] = evidence.verdict.faces;
  if (!face) throw new Error("the fixture has a face");
  const faces = [
    { ...face, box: [172, 67, 104, 104] as CutFace["box"], logit: 3 },
    { ...face, box: [5, 5, 60, 80] as CutFace["box"], logit: 1 },
    { box: [0, 0, 9, 9] as CutFace["box"], logit: null, score: null, reason: "too-small" as const },
  ];
  return caseItem({ evidence: { ...evidence, verdict: { ...evidence.verdict, faces } }, ...part });
};

let folder: string;
let feedback: Feedback;
const kept = new Map<string, Blob>();

beforeAll(async () => {
  const file = new Blob([await sharp(join(media, "astronaut.jpg")).toBuffer()]);
  const items = [
    item({ call: "genuine" }, "aa"),
    item({ call: "manipulated" }, "bb"),
    item({ call: "cannot-tell" }, "cc"),
    item({ call: null }, "dd"),
    item({ call: "manipulated" }, "aa"),
    item({ call: "genuine" }, "ee"),
  ];
  for (const { id, evidence } of items) {
    if (!evidence.file?.sha256.startsWith("ee")) kept.set(id, file);
  }
  feedback = await feedbackArchive(items, async (id) => kept.get(id) ?? null, cut);
  folder = await mkdtemp(join(tmpdir(), "unmask-feedback-"));
  const files = unzipSync(new Uint8Array((await feedback.archive?.arrayBuffer()) ?? []));
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the feedback archive", () => {
  test("is read by the training stages' reader, pictures and all", async () => {
    const rows = await readManifest(folder);
    expect(rows.map(({ label }) => label)).toEqual([
      "real",
      "real",
      "fake",
      "unlabelled",
      "unlabelled",
    ]);
    expect(new Set(rows.map(({ group }) => group)).size).toBe(3);
    expect(rows[0]).toMatchObject({
      split: "train",
      source: "unmask-feedback",
      generator: "camera",
    });
    const { pictures, broken } = await loadPictures(folder, rows);
    expect(broken).toEqual([]);
    for (const { row, width: wide, height: high } of pictures) {
      const [x, y, w, h] = row.box;
      expect([x >= 0, y >= 0, x + w <= wide, y + h <= high]).toEqual([true, true, true, true]);
    }
    // A face in the middle has the whole margin, one at the edge what there is.
    expect(pictures.slice(0, 2).map((one) => [one.width, one.height])).toEqual([
      [208, 208],
      [115, 125],
    ]);
  });

  test("is recognised and read as a data set's layout", async () => {
    const report = new ReadReport();
    const layout = await layoutOf(folder);
    expect(layout.name).toBe("manifest.jsonl");
    const records: SourceRecord[] = [];
    for await (const record of layout.read(folder, { report })) records.push(record);
    expect(records).toHaveLength(5);
    expect(records[2]).toMatchObject({ kind: "picture", label: "fake", split: "train" });
  });

  test("labels only the face with the strongest signs of a manipulated medium", async () => {
    const rows = await readManifest(folder);
    const fake = rows.filter(({ label }) => label === "fake");
    expect(fake.map(({ box }) => box)).toEqual([[52, 52, 104, 104]]);
  });

  test("says what it left out, takes a medium once, and holds nothing without calls", async () => {
    expect(feedback.leftOut).toEqual([expect.stringContaining("was not kept")]);
    const none = await feedbackArchive([item({ call: null }, "ff")], async () => null, cut);
    expect(none).toEqual({ archive: null, leftOut: [] });
  });
});
