// From a face in a picture to what a shard holds of it: the crop, the box and landmarks in it.
import { createHash } from "node:crypto";
import sharp from "sharp";
import type { FaceMesh } from "../../model/faces/face-mesh";
import { landmarkCount } from "../../model/faces/face-mesh";
import { faceSquare } from "../../model/student/crop";
import type { Box } from "../../model/verdict/verdict";
import { encodeNpy } from "../datasets/layouts/npy";
import type { ShardSample } from "../shards/sample";
import { type PlannedRecord, sequenceOf } from "./plan";
import { Raster, type Rgb } from "./raster";

export interface CropSettings {
  /** Side of the crop as a multiple of the box's longer side. */
  margin: number;
  /** Longest side of a crop; larger ones are reduced. */
  maxPx: number;
  /** Of the JPEG, with full chroma. */
  quality: number;
}

/** A face cut out and not yet written. */
export interface FaceCrop {
  pixels: Rgb;
  /** In pixels of the crop. */
  box: Box;
  /** By which the picture was reduced; 1 where it was not. */
  scale: number;
  /** Where the face was in the frame, pixels. */
  frameBox: Box;
  confidence: number;
}

/** Whole pixels of the square around a face, as far as they lie in the picture. */
export function cutCrop(
  picture: Raster,
  { box, confidence }: { box: Box; confidence: number },
  { margin, maxPx }: CropSettings,
): FaceCrop {
  const { x, y, size } = faceSquare(box, margin);
  const left = Math.max(0, Math.round(x));
  const top = Math.max(0, Math.round(y));
  const width = Math.min(picture.width, Math.round(x + size)) - left;
  const height = Math.min(picture.height, Math.round(y + size)) - top;
  const pixels = picture.reduced([left, top, width, height], maxPx);
  const across = pixels.width / width;
  const down = pixels.height / height;
  const inCrop: Box = [
    (box[0] - left) * across,
    (box[1] - top) * down,
    box[2] * across,
    box[3] * down,
  ];
  return { pixels, box: inCrop, scale: across, frameBox: box, confidence };
}

/**
 * @param face number of the face in its frame.
 * @param jpeg the crop's own file, where it is to be kept as it is.
 */
export async function sampleOf(
  crop: FaceCrop,
  record: PlannedRecord,
  { face, jpeg, quality }: { face: number; jpeg?: Uint8Array; quality: number },
  mesh: FaceMesh,
): Promise<ShardSample> {
  const { data, width, height } = crop.pixels;
  const landmarks = mesh.landmarks(
    new Raster(crop.pixels).view([0, 0, width, height], width, height),
    crop.box,
  );
  const { kind: _, landmarks: __, box: ___, video, ...fields } = record;
  return {
    key: keyOf(record, face),
    jpeg:
      jpeg ??
      (await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality, chromaSubsampling: "4:4:4" })
        .toBuffer()),
    meta: {
      ...fields,
      // Names of videos are unique in their data set only, and stages read several at once.
      ...(video === undefined ? {} : { video: prefixed(video, record.source) }),
      box: crop.box.map(toHundredths) as [number, number, number, number],
      scale: Number(crop.scale.toFixed(4)),
      confidence: Number(crop.confidence.toFixed(3)),
    },
    ...(landmarks ? { landmarks: encodeNpy([landmarkCount, 2], landmarks.map(toHundredths)) } : {}),
  };
}

const toHundredths = (value: number): number => Math.round(value * 100) / 100;

function prefixed(video: string, source: string): string {
  return video.startsWith(`${source}/`) ? video : `${source}/${video}`;
}

/**
 * `<source>/<label>/<16 hexadecimal digits>-<frame>-<face>`: the digits are of the SHA-256 of the
 * video's (or still picture's) path, so that a key is the same on every machine.
 */
export function keyOf(record: PlannedRecord, face: number): string {
  const path = [record.archive ?? "", sequenceOf(record)].join(":");
  const digits = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const source = record.source.replace(/[^\w-]+/g, "_").slice(0, 40) || "_";
  const frame = String(record.frame ?? 0).padStart(6, "0");
  return `${source}/${record.label}/${digits}-${frame}-${face}`;
}
