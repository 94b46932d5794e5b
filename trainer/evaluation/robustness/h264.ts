// Pictures through a real H.264 encoder, by way of ffmpeg. Every picture becomes a key frame at a fixed
// quantiser, so that none depends on its neighbours in the list.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureFfmpeg, type FfmpegRun, startFfmpeg } from "../../prepare/ffmpeg";
import type { Face } from "../../synthesis/face";

/** There is no ffmpeg to be had, or it cannot encode H.264: the condition is left out, by name. */
export class NoH264Error extends Error {}

/** Frames of one file share a size; pieces are padded to the next multiple of two macroblocks. */
const SIZE_STEP = 32;

/**
 * @param quantiser 0 (lossless) to 51.
 * @returns the pieces after encoding and decoding, in the same order and of the same sizes.
 * @throws NoH264Error if this machine cannot do it.
 */
export async function h264Frames(faces: readonly Face[], quantiser: number): Promise<Face[]> {
  const bySide = new Map<number, number[]>();
  faces.forEach(({ size }, index) => {
    const side = Math.ceil(size / SIZE_STEP) * SIZE_STEP;
    bySide.set(side, [...(bySide.get(side) ?? []), index]);
  });
  const result = new Array<Face>(faces.length);
  for (const [side, indices] of bySide) {
    const frames = Buffer.concat(indices.map((index) => padded(faces[index] as Face, side)));
    const decoded = await throughH264(frames, side, quantiser);
    indices.forEach((index, place) => {
      const frame = decoded.subarray(place * side * side * 3, (place + 1) * side * side * 3);
      result[index] = cutBack(faces[index] as Face, frame, side);
    });
  }
  return result;
}

/** Edge pixels repeated to the right and below, so that padding costs the encoder nothing. */
function padded({ data, size }: Face, side: number): Buffer {
  const frame = Buffer.alloc(side * side * 3);
  for (let y = 0; y < side; y++) {
    const row = Math.min(y, size - 1) * size * 3;
    frame.set(data.subarray(row, row + size * 3), y * side * 3);
    const last = data.subarray(row + (size - 1) * 3, row + size * 3);
    for (let x = size; x < side; x++) frame.set(last, (y * side + x) * 3);
  }
  return frame;
}

function cutBack(face: Face, frame: Buffer, side: number): Face {
  const data = new Uint8ClampedArray(face.data.length);
  for (let y = 0; y < face.size; y++)
    data.set(frame.subarray(y * side * 3, (y * side + face.size) * 3), y * face.size * 3);
  return { ...face, data };
}

/** Raw frames to an H.264 stream and back. */
async function throughH264(frames: Buffer, side: number, quantiser: number): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "unmask-h264-"));
  const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24"];
  const encoder = ["-c:v", "libx264", "-preset", "medium", "-qp", String(quantiser), "-g", "1"];
  try {
    const program = await ensureFfmpeg(() => {});
    const source = join(folder, "frames.rgb");
    await writeFile(source, frames);
    const input = [...raw, "-s", `${side}x${side}`];
    const output = [...encoder, "-pix_fmt", "yuv420p", "-f", "h264", "pipe:1"];
    const stream = join(folder, "frames.h264");
    await writeFile(stream, await outputOf(startFfmpeg(program, source, input, output)));
    const decoded = await outputOf(
      startFfmpeg(program, stream, ["-f", "h264"], [...raw, "-vsync", "passthrough", "pipe:1"]),
    );
    const perFrame = side * side * 3;
    if (decoded.length !== frames.length)
      throw new Error(
        `${decoded.length / perFrame} of ${frames.length / perFrame} pictures came back`,
      );
    return decoded;
  } catch (error) {
    // Reports are passed on: no path of this machine.
    throw new NoH264Error((error as Error).message.replaceAll(join(folder, "/"), ""));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function outputOf({ output, ended }: FfmpegRun): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of output) chunks.push(chunk);
  const { code, messages } = await ended;
  if (code !== 0) throw new Error(`ffmpeg: ${messages.trim().split("\n").at(-1) || "was ended"}`);
  return Buffer.concat(chunks);
}
