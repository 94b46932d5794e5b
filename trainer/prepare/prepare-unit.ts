// One unit of work from files to samples: decode, find faces, choose, crop, landmarks.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RawFace } from "../../model/faces/blaze-face";
import { filesInArchive } from "../datasets/layouts/frame-archive";
import { DatasetError, type Problem } from "../datasets/layouts/report";
import type { ShardSample } from "../shards/sample";
import { type CropSettings, cutCrop, type FaceCrop, sampleOf } from "./crop";
import type { FaceCode } from "./media-pipe-host";
import { type PlannedRecord, sequenceOf, type Unit } from "./plan";
import { decodePicture, Raster, UndecodableError } from "./raster";
import { subjectOf } from "./subject";
import { videoFrames } from "./video-frames";

export interface PrepareSettings extends CropSettings {
  /** Frames of a video. */
  frames: number;
  /** A face whose box has a shorter longer side is left out, pixels of the picture. */
  minFacePx: number;
  /** Of several people in a picture or video: the one who fills most of it, or everybody. */
  faces: "largest" | "all";
}

export interface UnitFinding {
  problem: Problem;
  file: string;
  detail: string;
}

/** What became of the pictures and frames of a unit. */
export interface UnitCounts {
  pictures: number;
  faces: number;
  landmarks: number;
}

export interface PreparedUnit {
  samples: ShardSample[];
  findings: UnitFinding[];
  counts: UnitCounts;
}

/** Largest faces of one frame that are followed; a crowd's others are never its subject. */
const MAX_FACES = 8;

/** A picture or frame, decoded, or why not. */
interface Look {
  record: PlannedRecord;
  picture: Raster | null;
  /** A crop's own JPEG, where the data set brings crops with their boxes. */
  jpeg?: Uint8Array;
  why?: string;
}

interface NumberedCrop extends FaceCrop {
  /** Of the face in its picture, by size. */
  number: number;
  jpeg?: Uint8Array;
}

/** Crops of one picture, largest first. */
interface Seen {
  record: PlannedRecord;
  faces: NumberedCrop[];
  /** Longer side of the largest face that was too small, pixels. */
  tooSmall: number;
}

/** @throws Error for what is wrong with this machine; what is wrong with a file is a finding. */
export async function prepareUnit(
  unit: Unit,
  where: { root: string; ffmpeg: string },
  settings: PrepareSettings,
  code: FaceCode,
): Promise<PreparedUnit> {
  const prepared: PreparedUnit = {
    samples: [],
    findings: [],
    counts: { pictures: 0, faces: 0, landmarks: 0 },
  };
  let sequence: Seen[] = [];
  const finish = async () => {
    await addSequence(prepared, sequence, settings, code);
    sequence = [];
  };
  for await (const look of looksOf(unit, where, settings, prepared.findings)) {
    const [before] = sequence;
    if (before && sequenceOf(before.record) !== sequenceOf(look.record)) await finish();
    if (look.picture) {
      prepared.counts.pictures++;
      sequence.push(seen(look, look.picture, settings, code));
    } else {
      const file = nameOf(look.record);
      prepared.findings.push({ problem: "unreadable", file, detail: look.why ?? "" });
    }
  }
  await finish();
  return prepared;
}

async function* looksOf(
  { key, records }: Unit,
  { root, ffmpeg }: { root: string; ffmpeg: string },
  { frames }: PrepareSettings,
  findings: UnitFinding[],
): AsyncGenerator<Look> {
  const [first] = records;
  if (!first) return;
  if (first.archive !== undefined) yield* looksIntoArchive(root, first.archive, records, findings);
  else if (first.kind === "video") yield* looksAtVideo(root, first, { ffmpeg, frames }, findings);
  else {
    for (const record of records) {
      const bytes = await readFile(join(root, record.file)).catch((error: Error) => error);
      yield bytes instanceof Error
        ? { record, picture: null, why: `${key}: ${bytes.message}` }
        : await decoded(record, bytes);
    }
  }
}

async function* looksAtVideo(
  root: string,
  record: PlannedRecord,
  { ffmpeg, frames }: { ffmpeg: string; frames: number },
  findings: UnitFinding[],
): AsyncGenerator<Look> {
  const damaged = (detail: string) =>
    findings.push({ problem: "unreadable", file: nameOf(record), detail });
  try {
    const decodedFrames = videoFrames(ffmpeg, join(root, record.file), frames, damaged);
    for await (const { frame, pixels } of decodedFrames) {
      yield { record: { ...record, frame }, picture: new Raster(pixels) };
    }
  } catch (error) {
    if (!(error instanceof UndecodableError)) throw error;
    yield { record, picture: null, why: error.message };
  }
}

/** The second pass over an archive: the first one listed what is in it. */
async function* looksIntoArchive(
  root: string,
  archive: string,
  records: readonly PlannedRecord[],
  findings: UnitFinding[],
): AsyncGenerator<Look> {
  const wanted = new Map(records.map((record) => [record.file, record]));
  try {
    for await (const { path, bytes } of filesInArchive(root, archive)) {
      const record = wanted.get(path);
      if (record) yield await decoded(record, await bytes());
    }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    findings.push({ problem: "unreadable", file: archive, detail: error.message });
  }
}

async function decoded(record: PlannedRecord, bytes: Uint8Array): Promise<Look> {
  try {
    const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
    const picture = await decodePicture(bytes);
    return { record, picture, ...(record.box && isJpeg ? { jpeg: bytes } : {}) };
  } catch (error) {
    if (!(error instanceof UndecodableError)) throw error;
    return { record, picture: null, why: error.message };
  }
}

function seen(
  { record, jpeg }: Look,
  picture: Raster,
  settings: PrepareSettings,
  { finder }: FaceCode,
): Seen {
  if (record.box) return { record, faces: [wholeCrop(picture, record.box, jpeg)], tooSmall: 0 };
  const { minFacePx } = settings;
  // Of a video frame the extension looks at no tiles either.
  const found = finder.find(picture, { minFacePx, tiles: record.video === undefined });
  const large = found.filter(({ box }) => longer(box) >= minFacePx);
  const small = found.filter(({ box }) => longer(box) < minFacePx);
  return {
    record,
    faces: large.slice(0, MAX_FACES).map((face: RawFace, number) => ({
      ...cutCrop(picture, face, settings),
      number,
    })),
    tooSmall: Math.max(0, ...small.map(({ box }) => longer(box))),
  };
}

/** A crop that the data set brings with its box is kept as it is. */
function wholeCrop(picture: Raster, box: FaceCrop["box"], jpeg?: Uint8Array): NumberedCrop {
  const { width, height } = picture;
  const pixels = picture.reduced([0, 0, width, height], Math.max(width, height));
  return { pixels, box, scale: 1, frameBox: box, confidence: 1, number: 0, jpeg };
}

async function addSequence(
  prepared: PreparedUnit,
  sequence: readonly Seen[],
  { faces, minFacePx, quality }: PrepareSettings,
  { mesh }: FaceCode,
): Promise<void> {
  const [first] = sequence;
  if (!first) return;
  const located = sequence.map((one) => ({
    faces: one.faces.map((crop) => ({ crop, box: crop.frameBox })),
  }));
  const chosen =
    faces === "all" || first.record.box
      ? sequence.map((one) => one.faces)
      : subjectOf(located).map((face) => (face ? [face.crop] : []));
  const before = prepared.samples.length;
  for (const [i, { record }] of sequence.entries()) {
    for (const { number, jpeg, ...crop } of chosen[i] ?? []) {
      const sample = await sampleOf(crop, record, { face: number, jpeg, quality }, mesh);
      prepared.samples.push(sample);
      prepared.counts.faces++;
      if (sample.landmarks) prepared.counts.landmarks++;
    }
  }
  if (prepared.samples.length > before) return;
  const largest = Math.max(...sequence.map(({ tooSmall }) => tooSmall));
  const looked = sequence.length === 1 ? "" : ` in any of ${sequence.length} frames`;
  prepared.findings.push({
    problem: largest > 0 ? "too-small" : "no-face",
    file: nameOf(first.record, sequence.length > 1),
    detail:
      largest > 0
        ? `the largest face is ${Math.floor(largest)} px; ${minFacePx} are wanted`
        : `no face was found${looked}`,
  });
}

function longer(box: FaceCrop["box"]): number {
  return Math.max(box[2], box[3]);
}

/** The file for people; of several frames, their video. */
function nameOf(record: PlannedRecord, wholeVideo = false): string {
  const file = wholeVideo ? sequenceOf(record) : record.file;
  return record.archive === undefined || file.startsWith(record.archive)
    ? file
    : `${record.archive}: ${file}`;
}
