// What the web does to pictures, applied to both classes after synthesis with the same parameters,
// so that no step of it can become a cue.
import sharp from "sharp";
import type { Random } from "../random";
import { addNoise, blurOrSharpen, shiftColour } from "./distort";
import { type Face, resizedFace } from "./face";
import { withoutTexture } from "./without-texture";

/** One draw of the web's doings; a pair of faces shares it. */
export interface Augmentation {
  seed: number;
  flip: boolean;
  colour: number;
  grey: boolean;
  /** Factors by which the picture is reduced before each encoding; 1 leaves it. */
  reductions: number[];
  encodings: (
    | { format: "jpeg"; quality: number; fullChroma: boolean }
    | { format: "webp"; quality: number }
  )[];
  blur: number;
  noise: number;
  /** What denoisers and beauty filters do, before everything else (`withoutTexture`); absent: nothing. */
  smoothing?: {
    /** In units of the box's width. */
    radius: number;
    /** Grey levels. */
    contrast: number;
    /** 0–1. */
    amount: number;
  };
  /** Crop jitter, in units of the box: shift and scale. */
  shift: [x: number, y: number];
  scale: number;
}

/**
 * @param videoLike share of draws that imitate compressed video.
 * @param smoothed share of draws that take fine texture away.
 */
export function drawAugmentation(random: Random, videoLike: number, smoothed = 0): Augmentation {
  const isVideo = random.chance(videoLike);
  const jpeg = (low: number, high: number) => ({
    format: "jpeg" as const,
    quality: Math.round(random.uniform(low, high)),
    fullChroma: random.chance(0.3),
  });
  const encodings: Augmentation["encodings"] = [];
  const reductions: number[] = [];
  if (isVideo) {
    // VP8 key frames are a video encoder's: block prediction and a deblocking filter.
    reductions.push(random.chance(0.5) ? random.uniform(1, 2) : 1);
    encodings.push({ format: "webp", quality: Math.round(random.uniform(15, 70)) });
  } else if (random.chance(0.75)) {
    reductions.push(random.chance(0.35) ? random.uniform(1, 2) : 1);
    encodings.push(jpeg(40, 97));
  }
  if (random.chance(0.2)) {
    reductions.push(random.chance(0.5) ? random.uniform(1, 1.5) : 1);
    encodings.push(jpeg(50, 95));
  }
  const augmentation: Augmentation = {
    seed: random.integer(0x7fffffff),
    flip: random.chance(0.5),
    colour: random.chance(0.5) ? random.uniform(0.2, 1) : 0,
    grey: random.chance(0.06),
    reductions,
    encodings,
    blur: random.chance(0.15)
      ? random.uniform(0.2, 1)
      : random.chance(0.08)
        ? -random.uniform(0.2, 0.8)
        : 0,
    noise: random.chance(0.2) ? random.uniform(1, 7) : 0,
    shift: [random.uniform(-0.06, 0.06), random.uniform(-0.06, 0.06)],
    scale: random.uniform(0.9, 1.13),
  };
  // Drawn last, and nothing where none is asked for: batches of older recipes stay what they were.
  if (smoothed > 0 && random.chance(smoothed)) augmentation.smoothing = drawSmoothing(random);
  return augmentation;
}

function drawSmoothing(random: Random): Augmentation["smoothing"] {
  return {
    radius: random.uniform(0.008, 0.03),
    contrast: random.uniform(4, 14),
    amount: random.uniform(0.4, 1),
  };
}

/** No change at all, for held-out pictures. */
export const NO_AUGMENTATION: Augmentation = {
  seed: 0,
  flip: false,
  colour: 0,
  grey: false,
  reductions: [],
  encodings: [],
  blur: 0,
  noise: 0,
  shift: [0, 0],
  scale: 1,
};

/** The same colours and the same crop, without what hides traces. */
export function undegraded(augmentation: Augmentation): Augmentation {
  const { smoothing: _, ...kept } = augmentation;
  return { ...kept, encodings: [], reductions: [], blur: 0, noise: 0 };
}

function reduce(face: Face, factor: number): Face {
  const size = Math.round(face.size / factor);
  if (size >= face.size || size < 80) return face;
  return resizedFace(face, size);
}

async function encode(face: Face, encoding: Augmentation["encodings"][number]): Promise<Face> {
  const raw = { width: face.size, height: face.size, channels: 3 as const };
  const picture = sharp(face.data, { raw });
  const bytes =
    encoding.format === "jpeg"
      ? await picture
          .jpeg({
            quality: encoding.quality,
            chromaSubsampling: encoding.fullChroma ? "4:4:4" : "4:2:0",
          })
          .toBuffer()
      : await picture.webp({ quality: encoding.quality, effort: 0 }).toBuffer();
  const data = await sharp(bytes).removeAlpha().raw().toBuffer();
  return { ...face, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length) };
}

function greyed(face: Face): Face {
  const data = new Uint8ClampedArray(face.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const luma = 0.299 * face.data[i]! + 0.587 * face.data[i + 1]! + 0.114 * face.data[i + 2]!;
    data.fill(luma, i, i + 3);
  }
  return { ...face, data };
}

/** Applies everything but flip and crop jitter, which the final crop does. */
export async function augmentFace(
  random: Random,
  face: Face,
  augmentation: Augmentation,
): Promise<Face> {
  let result = face;
  if (augmentation.smoothing) {
    const { radius, contrast, amount } = augmentation.smoothing;
    const pixels = Math.max(1, Math.round(radius * face.box[2]));
    result = withoutTexture(result, pixels, contrast, amount);
  }
  if (augmentation.colour > 0) result = shiftColour(random, result, augmentation.colour);
  if (augmentation.grey) result = greyed(result);
  if (augmentation.blur !== 0) result = blurOrSharpen(result, augmentation.blur);
  if (augmentation.noise > 0) result = addNoise(random, result, augmentation.noise);
  for (const [i, encoding] of augmentation.encodings.entries()) {
    result = await encode(reduce(result, augmentation.reductions[i] ?? 1), encoding);
  }
  return result;
}
