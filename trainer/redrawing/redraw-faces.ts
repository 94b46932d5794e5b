// The real faces of a data folder as upscaling networks redraw them: reduced, and what is lost made up. What a
// network makes up it makes up like a generator, and the picture it began with says what a camera had there.
import { join } from "node:path";
import { clipByValue, div, mul, round, type Tensor4D, tensor4d, tidy } from "@tensorflow/tfjs-core";
import sharp from "sharp";
import type { FaceRow } from "../datasets/manifest";
import { PictureFiles } from "../datasets/pictures";
import { REDRAWN_FOLDER } from "../datasets/redrawn";
import { rowsDigest, shortDigest } from "../digest";
import { Random } from "../random";
import { isMine, type ShardNumber } from "../shards/assignment";
import { prefixOf } from "../shards/prefix";
import type { ShardSample } from "../shards/sample";
import { ShardWriter } from "../shards/writer";
import type { NcnnNetwork } from "./ncnn-network";
import type { UpscalingNetwork } from "./real-esrgan";

export interface RedrawJob {
  /** The data folder; shards go into a folder of it. */
  data: string;
  /** Its rows. */
  rows: readonly FaceRow[];
  /** Of the rows, those whose real faces are redrawn. */
  splits: readonly string[];
  /** Each with the share of the faces that it redraws. */
  networks: readonly { network: UpscalingNetwork; opened: NcnnNetwork; share: number }[];
  seed: number;
  shard: ShardNumber;
  shards: { maxBytes: number; maxRecords: number };
  /** Of the JPEG. */
  quality: number;
  signal?: AbortSignal;
  onUnit?: (progress: { done: number; all: number; pictures: number }) => void;
}

export interface RedrawResult {
  /** False if it was interrupted; the same job goes on. */
  complete: boolean;
  faces: number;
  drawings: number;
  /** Pictures that could not be read, with the reason. */
  broken: { file: string; reason: string }[];
}

class UnreadablePicture extends Error {}

/** No network sees less of a picture, pixels. */
const LEAST_SIDE = 16;

const KERNELS = ["cubic", "lanczos3", "mitchell"] as const;

/**
 * Redraws, or goes on.
 *
 * @throws Error if there is no real face to redraw.
 * @throws ShardError naming the file that is of another job or cannot be written; finished shards stay.
 */
export async function redrawFaces(job: RedrawJob): Promise<RedrawResult> {
  const { data, networks, seed, shard, quality, signal, onUnit = () => {} } = job;
  const faces = job.rows.filter(
    ({ file, label, split }) =>
      label === "real" && job.splits.includes(split) && isMine(file, shard),
  );
  if (faces.length === 0)
    throw new Error(`${data}: there is no real face of ${job.splits.join(" or ")} to redraw`);
  const told = networks.map(({ network, share }) => ({ ...network, share }));
  const writer = await ShardWriter.open({
    folder: join(data, REDRAWN_FOLDER),
    prefix: prefixOf(shard),
    plan: shortDigest({ faces: rowsDigest(faces), networks: told, seed, quality }),
    ...job.shards,
  });
  const result: RedrawResult = { complete: true, faces: 0, drawings: 0, broken: [] };
  const files = new PictureFiles(data);
  try {
    for (let i = writer.unitsDone; i < faces.length && !writer.isComplete; i++) {
      if (signal?.aborted) {
        await writer.pause();
        return { ...result, complete: false };
      }
      const row = faces[i] as FaceRow;
      const samples = await drawingsOf(row, i, files, job).catch((error) => {
        if (!(error instanceof UnreadablePicture)) throw error;
        result.broken.push({ file: row.file, reason: error.message });
        return [];
      });
      await writer.writeUnit(samples);
      result.faces++;
      result.drawings += samples.length;
      onUnit({ done: i + 1, all: faces.length, pictures: result.drawings });
    }
    if (!writer.isComplete) await writer.close();
    return result;
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    await files.close();
  }
}

async function drawingsOf(
  row: FaceRow,
  index: number,
  files: PictureFiles,
  { networks, seed, shard, quality }: RedrawJob,
): Promise<ShardSample[]> {
  const random = Random.at(seed, index);
  const bytes = await files.read(row);
  const samples: ShardSample[] = [];
  for (const { network, opened, share } of networks) {
    if (!random.chance(share)) continue;
    const { split, source, group, video, frame, box, file } = row;
    samples.push({
      key: `${shard.index}-${index}-${network.name}`,
      jpeg: await redrawnPicture(random, bytes, network, opened, quality),
      meta: {
        label: "fake",
        split: split as ShardSample["meta"]["split"],
        source,
        generator: network.name,
        group,
        ...(video === undefined ? {} : { video }),
        ...(frame === undefined ? {} : { frame }),
        box,
        redrawnOf: file,
      },
    });
  }
  return samples;
}

/** As large as it was, and a JPEG of the same kind: neither must give it away. */
async function redrawnPicture(
  random: Random,
  file: Uint8Array,
  { reduced }: UpscalingNetwork,
  network: NcnnNetwork,
  quality: number,
): Promise<Buffer> {
  const factor = random.uniform(...reduced);
  const { width, height, chromaSubsampling, small } = await reducedPicture(
    file,
    factor,
    random.pick(KERNELS),
  ).catch((error: Error) => {
    throw new UnreadablePicture(error.message);
  });
  const drawn = upscaled(network, small);
  return sharp(drawn.data, { raw: drawn })
    .resize(width, height, { kernel: "cubic", fit: "fill" })
    .jpeg({ quality, chromaSubsampling: chromaSubsampling === "4:4:4" ? "4:4:4" : "4:2:0" })
    .toBuffer();
}

async function reducedPicture(file: Uint8Array, factor: number, kernel: (typeof KERNELS)[number]) {
  const picture = sharp(file);
  const { width, height, chromaSubsampling } = await picture.metadata();
  const { data, info } = await picture
    .resize(smaller(width, factor), smaller(height, factor), { kernel, fit: "fill" })
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${info.channels} channels`);
  const small = { data, width: info.width, height: info.height };
  return { width, height, chromaSubsampling, small };
}

const smaller = (side: number, factor: number) => Math.max(LEAST_SIDE, Math.round(side / factor));

function upscaled(
  network: NcnnNetwork,
  { data: pixels, width, height }: { data: Uint8Array; width: number; height: number },
) {
  const drawn = tidy(() => {
    const input: Tensor4D = tensor4d(Float32Array.from(pixels), [1, height, width, 3], "float32");
    return round(mul(clipByValue(network.run(div(input, 255)), 0, 1), 255)) as Tensor4D;
  });
  const [, drawnHeight, drawnWidth] = drawn.shape;
  const data = Uint8Array.from(drawn.dataSync());
  drawn.dispose();
  return { data, width: drawnWidth, height: drawnHeight, channels: 3 as const };
}
