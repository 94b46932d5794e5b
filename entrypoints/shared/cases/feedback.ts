/**
 * What reviewers found, as labelled data that the trainer reads: a zip with `manifest.jsonl` and face
 * crops, in the layout that `docs/trainer.md` describes. It is a file on the person's own disk and
 * goes nowhere by itself.
 */
import { strToU8, type Zippable, zipSync } from "fflate";
import type { CaseItem, Evidence, ReviewerCall } from "../evidence/evidence";
import { mediumOf } from "./brief";
import { type CutFace, cutFaces, type WantedFace } from "./face-crops";

/** A line of the manifest. */
export interface FeedbackRow {
  file: string;
  label: "real" | "fake" | "unlabelled";
  split: "train";
  source: "unmask-feedback";
  generator: "camera" | "unknown";
  /** One medium, wherever it was met: its crops never stand on two sides of a split. */
  group: string;
  /** Frames of a video name it. */
  video?: string;
  /** The face detector's box in the crop, pixels. */
  box: [x: number, y: number, width: number, height: number];
}

export interface Feedback {
  /** Null where there is nothing to put into it. */
  archive: Blob | null;
  /** A sentence for each item with a call that is not in it. */
  leftOut: string[];
}

const labels: Record<ReviewerCall, FeedbackRow["label"]> = {
  genuine: "real",
  manipulated: "fake",
  "cannot-tell": "unlabelled",
};

/** A crowd or a long video must not outweigh everything else. */
const mostFaces = 8;

/** @param cut tests have no browser to decode pictures with. */
export async function feedbackArchive(
  items: readonly CaseItem[],
  original: (itemId: string) => Promise<Blob | null>,
  cut: typeof cutFaces = cutFaces,
): Promise<Feedback> {
  const rows: FeedbackRow[] = [];
  const files: Zippable = {};
  const leftOut: string[] = [];
  const met = new Set<string>();
  for (const { id, evidence, call } of items) {
    if (!call) continue;
    const { name } = mediumOf(evidence);
    const key = evidence.file?.sha256.slice(0, 16) ?? id;
    // The same medium in two cases is one; the first call stands.
    if (met.has(key)) continue;
    const wanted = wantedFaces(evidence, call);
    const bytes = await original(id);
    if (wanted.length === 0) leftOut.push(`${name}: no face in it was scored.`);
    else if (!bytes) leftOut.push(`${name}: the file itself was not kept, only its evidence.`);
    else {
      const faces = await cut(bytes, evidence.kind, wanted).catch(() => null);
      if (!faces) {
        leftOut.push(`${name}: the file could not be read again.`);
        continue;
      }
      met.add(key);
      for (const [i, face] of faces.entries()) {
        const row = feedbackRow(key, i, call, evidence, face);
        rows.push(row);
        // PNG is compressed already.
        files[row.file] = [face.png, { level: 0 }];
      }
    }
  }
  if (rows.length === 0) return { archive: null, leftOut };
  files["manifest.jsonl"] = strToU8(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  files["README.txt"] = strToU8(readme);
  return { archive: new Blob([zipSync(files)], { type: "application/zip" }), leftOut };
}

/**
 * All scored faces of a genuine medium. A manipulated one need not be so in every face: only the
 * face with the strongest signs is labelled.
 */
function wantedFaces({ kind, verdict }: Evidence, call: ReviewerCall): WantedFace[] {
  const shots =
    kind === "image"
      ? [{ time: null, faces: verdict.faces }]
      : spread(verdict.frames ?? [], mostFaces);
  return shots
    .flatMap(({ time, faces }) => {
      const scored = faces
        .filter(({ logit }) => logit !== null)
        .toSorted((a, b) => (b.logit ?? 0) - (a.logit ?? 0));
      const taken = kind === "video" || call === "manipulated" ? scored.slice(0, 1) : scored;
      return taken.map(({ box }) => ({ time, box }));
    })
    .slice(0, mostFaces);
}

/** So many of them, evenly over the whole, and only those with a scored face. */
function spread<F extends { faces: { logit: number | null }[] }>(frames: F[], count: number): F[] {
  const useful = frames.filter(({ faces }) => faces.some(({ logit }) => logit !== null));
  const step = Math.max(1, useful.length / count);
  return Array.from(
    { length: Math.min(count, useful.length) },
    (_, i) => useful[Math.floor(i * step)],
  ).filter((frame) => frame !== undefined);
}

function feedbackRow(
  key: string,
  index: number,
  call: ReviewerCall,
  { kind }: Evidence,
  { box }: CutFace,
): FeedbackRow {
  return {
    file: `pictures/${key}-${index + 1}.png`,
    label: labels[call],
    split: "train",
    source: "unmask-feedback",
    generator: call === "genuine" ? "camera" : "unknown",
    group: `unmask-feedback:${key}`,
    ...(kind === "video" && { video: key }),
    box,
  };
}

const readme = `Feedback saved by a reviewer in Unmask.

manifest.jsonl has one line for each face crop: its file, the label that the reviewer gave (real,
fake, or unlabelled where they could not tell), the group it belongs to (one medium), and the face
detector's box in the crop. Crops were cut out of the files as they were checked, without scaling
and without compressing them again.

Unpack it; the trainer reads the folder as it is (npm run trainer -- ... --data FOLDER), or join its
lines and pictures to a data set of your own.

The pictures show people. Handle them as the law and their owners ask, and publish nothing of it.
`;
