// Pictures through a real H.264 encoder, by way of the ffmpeg on this machine. Every picture becomes
// a key frame at a fixed quantiser, so that none depends on its neighbours in the list.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Face } from "../../synthesis/face";

/** ffmpeg is not there, or cannot encode H.264: the condition is left out, by name. */
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

async function throughH264(frames: Buffer, side: number, quantiser: number): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "unmask-h264-"));
  const file = join(folder, "frames.mkv");
  const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24"];
  const pictures = frames.length / (side * side * 3);
  try {
    await ffmpeg(
      [...raw, "-s", `${side}x${side}`, "-i", "pipe:0"].concat(
        ["-c:v", "libx264", "-preset", "medium", "-qp", String(quantiser), "-g", "1"],
        ["-pix_fmt", "yuv420p", "-y", file],
      ),
      frames,
    );
    const decoded = await ffmpeg(["-i", file, ...raw, "-fps_mode", "passthrough", "pipe:1"]);
    if (decoded.length !== frames.length)
      throw new NoH264Error(
        `ffmpeg gave back ${decoded.length / (side * side * 3)} of ${pictures} pictures`,
      );
    return decoded;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs ffmpeg with `input` on its standard input; gives its standard output. */
function ffmpeg(args: readonly string[], input?: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("ffmpeg", ["-hide_banner", "-loglevel", "error", ...args]);
    const output: Buffer[] = [];
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.on("error", () => reject(new NoH264Error("there is no ffmpeg on this machine")));
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new NoH264Error(`ffmpeg: ${complaint.trim() || `exit status ${code}`}`));
    });
    // An encoder that gives up closes its end; its exit status says so.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
