// What the web does to pictures, one thing at a time and nothing at random, so that a loss can be
// put down to its cause. Training's augmentation and calibration's degradations are elsewhere.
import sharp, { type Sharp } from "sharp";
import { Random } from "../../random";
import { addNoise } from "../../synthesis/distort";
import type { Face } from "../../synthesis/face";
import { h264Frames } from "./h264";

/** What a condition belongs to; one panel of the robustness plot each. */
export const FAMILIES = ["JPEG", "WebP", "H.264", "blur", "noise", "rescaling"] as const;
export type Family = (typeof FAMILIES)[number];

export interface Condition {
  name: string;
  family: Family;
  /** What the family's axis shows: a quality, a radius, a factor. */
  strength: number;
  /** Changes pieces of pictures, each on its own; boxes move with the pixels. */
  apply(faces: readonly Face[]): Promise<Face[]>;
}

/** Pieces that libvips works on at once. */
const CONCURRENCY = 4;

const JPEG_QUALITIES = [90, 75, 60, 40];
/** WebP is VP8's key frame: block prediction and a deblocking filter, as in a video. */
const WEBP_QUALITIES = [75, 35];
/** 23 and 40 are the light and the heavy compression of FaceForensics++ (c23, c40). */
const H264_QUANTISERS = [23, 32, 40];
/** Standard deviations of a Gaussian, pixels of the picture. */
const BLUR_SIGMAS = [0.5, 1, 2];
/** Standard deviations of Gaussian noise, of 255. */
const NOISE_SIGMAS = [5, 10];
/** Screens scale pages by such factors, and a screenshot keeps the scaled pixels. */
const SCREENSHOT_FACTORS = [0.75, 1.25];

/** The whole grid. */
export const CONDITIONS: readonly Condition[] = [
  ...JPEG_QUALITIES.map((quality) =>
    eachFace(`JPEG ${quality}`, "JPEG", quality, (face) =>
      reencoded(face, (picture) => picture.jpeg({ quality })),
    ),
  ),
  ...WEBP_QUALITIES.map((quality) =>
    eachFace(`WebP ${quality} (VP8 key frame)`, "WebP", quality, (face) =>
      reencoded(face, (picture) => picture.webp({ quality })),
    ),
  ),
  ...H264_QUANTISERS.map((quantiser) => ({
    name: `H.264 intra frame, QP ${quantiser}`,
    family: "H.264" as const,
    strength: quantiser,
    apply: (faces: readonly Face[]) => h264Frames(faces, quantiser),
  })),
  ...BLUR_SIGMAS.map((sigma) =>
    eachFace(`Gaussian blur σ ${sigma} px`, "blur", sigma, (face) =>
      // libvips by itself cuts the kernel off where it falls under a fifth, which undoes σ 0.5.
      rendered(face, sharpOf(face).blur({ sigma, precision: "float", minAmplitude: 0.01 })),
    ),
  ),
  ...NOISE_SIGMAS.map((sigma) =>
    eachFace(`noise σ ${sigma}`, "noise", sigma, async (face, i) =>
      addNoise(new Random(i), face, sigma),
    ),
  ),
  eachFace("half size and back", "rescaling", 0.5, async (face) =>
    rescaled(await rescaled(face, Math.round(face.size / 2)), face.size),
  ),
  ...SCREENSHOT_FACTORS.map((factor) =>
    eachFace(`screenshot ×${factor}`, "rescaling", factor, (face) =>
      rescaled(face, Math.round(face.size * factor)),
    ),
  ),
];

/** A condition that treats every piece alone. */
function eachFace(
  name: string,
  family: Family,
  strength: number,
  change: (face: Face, index: number) => Promise<Face>,
): Condition {
  return {
    name,
    family,
    strength,
    async apply(faces) {
      const changed = new Array<Face>(faces.length);
      let next = 0;
      const work = async () => {
        while (next < faces.length) {
          const i = next++;
          changed[i] = await change(faces[i] as Face, i);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, work));
      return changed;
    },
  };
}

function sharpOf({ data, size }: Face): Sharp {
  return sharp(data, { raw: { width: size, height: size, channels: 3 } });
}

/** The piece with the pixels of a pipeline that keeps its size. */
async function rendered(face: Face, picture: Sharp): Promise<Face> {
  const data = await picture.removeAlpha().raw().toBuffer();
  return { ...face, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length) };
}

async function reencoded(face: Face, encode: (picture: Sharp) => Sharp): Promise<Face> {
  return rendered(face, sharp(await encode(sharpOf(face)).toBuffer()));
}

async function rescaled(face: Face, size: number): Promise<Face> {
  const ratio = size / face.size;
  const [x, y, width, height] = face.box;
  const scaled = await rendered(face, sharpOf(face).resize(size, size, { kernel: "cubic" }));
  return { ...scaled, size, box: [x * ratio, y * ratio, width * ratio, height * ratio] };
}
