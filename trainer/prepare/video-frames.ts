// Frames of a video, spread evenly over it and without loss after the video's own compression.

import { startFfmpeg } from "./ffmpeg";
import type { Rgb } from "./raster";
import { UndecodableError } from "./raster";

export interface VideoFrame {
  /** Its number in the video, from 0. */
  frame: number;
  pixels: Rgb;
}

/** `wanted` places spread evenly over `count`, each in the middle of its share. */
export function spread(count: number, wanted: number): number[] {
  const n = Math.min(count, wanted);
  return Array.from({ length: n }, (_, i) => Math.floor(((i + 0.5) * count) / n));
}

/**
 * Decodes once, in order, and stops after the last frame wanted.
 *
 * @param onDamage told, after what could be decoded, that the file is damaged.
 * @throws UndecodableError if not one frame can be had.
 */
export async function* videoFrames(
  ffmpeg: string,
  file: string,
  wanted: number,
  onDamage: (why: string) => void,
): AsyncGenerator<VideoFrame> {
  const { frames, isUntaggedHd } = await inspect(ffmpeg, file);
  const numbers = spread(frames, wanted);
  const select = numbers.map((n) => `eq(n\\,${n})`).join("+");
  const filters = [
    `select=${select}`,
    // Browsers take untagged high definition for BT.709, ffmpeg for BT.601: other colours.
    ...(isUntaggedHd ? ["scale=in_color_matrix=bt709"] : []),
    // One after the other, as if nothing lay between: or ffmpeg repeats frames to fill the gaps.
    ...["settb=1/25", "setpts=N"],
  ];
  const run = startFfmpeg(
    ffmpeg,
    file,
    ["-v", "error"],
    [
      ...["-map", "0:v:0", "-vf", filters.join(","), "-r", "25"],
      ...["-sws_flags", "bicubic+accurate_rnd+full_chroma_int", "-frames:v", `${numbers.length}`],
      ...["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"],
    ],
  );
  let decoded = 0;
  try {
    for await (const pixels of ppmPictures(run.output)) {
      yield { frame: numbers[decoded] ?? 0, pixels };
      decoded++;
    }
  } finally {
    run.stop();
  }
  const { code, messages } = await run.ended;
  if (decoded === 0) throw new UndecodableError(reasonIn(messages) ?? "no frame can be decoded");
  if (decoded < numbers.length) {
    const why = reasonIn(messages) ?? (code === null ? "took too long" : "ends early");
    onDamage(`${decoded} of ${numbers.length} frames could be decoded: ${why}`);
  }
}

/** Counts the frames without decoding them. */
async function inspect(
  ffmpeg: string,
  file: string,
): Promise<{ frames: number; isUntaggedHd: boolean }> {
  const run = startFfmpeg(
    ffmpeg,
    file,
    ["-v", "info", "-nostats"],
    ["-map", "0:v:0", "-c", "copy", "-f", "framecrc", "pipe:1"],
  );
  // A line for each packet, after some that begin with #; no version of ffmpeg writes it otherwise.
  let frames = 0;
  let rest = "";
  const text = new TextDecoder();
  for await (const chunk of run.output) {
    const lines = (rest + text.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    frames += lines.filter((line) => line !== "" && !line.startsWith("#")).length;
  }
  const { messages } = await run.ended;
  if (frames === 0) throw new UndecodableError(reasonIn(messages) ?? "it holds no video");
  const stream = /Video: .*/.exec(messages)?.[0] ?? "";
  const height = Number(/\b\d{2,5}x(\d{2,5})\b/.exec(stream)?.[1] ?? 0);
  const isTagged = /bt709|bt470bg|smpte170m|smpte240m|bt2020|fcc|gbr|rgb/i.test(stream);
  return { frames, isUntaggedHd: height >= 720 && !isTagged };
}

/** The last thing that ffmpeg says is wrong, without its own prefixes and the file's path. */
function reasonIn(messages: string): string | null {
  const said = messages
    .split("\n")
    .map((line) =>
      line
        .replace(/^(\[[^\]]*\]\s*)+/, "")
        .replace(/^.*file:\S+: /, "")
        .trim(),
    )
    .filter((line) => /error|invalid|not found|no such|fail|corrupt|missing|match/i.test(line));
  return said[0]?.slice(0, 200) ?? null;
}

/** A picture larger than this is none of a face data set, pixels (8K). */
const MAX_PIXELS = 8192 * 8192;

/** Splits a stream of binary PPM pictures. @throws UndecodableError for anything else. */
async function* ppmPictures(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Rgb> {
  let header: { width: number; height: number } | null = null;
  let pending: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    pending.push(chunk);
    held += chunk.length;
    for (;;) {
      if (!header) {
        const start = Buffer.concat(pending);
        pending = [start];
        const [whole, width, height] =
          /^P6\s(\d+)\s(\d+)\s255\s/.exec(start.toString("latin1", 0, 40)) ?? [];
        if (!whole) break;
        header = { width: Number(width), height: Number(height) };
        if (header.width * header.height > MAX_PIXELS) {
          throw new UndecodableError(`its frames are ${width}×${height} pixels`);
        }
        pending = [start.subarray(whole.length)];
        held -= whole.length;
      }
      const size = header.width * header.height * 3;
      if (held < size) break;
      const bytes = Buffer.concat(pending);
      yield { data: bytes.subarray(0, size), ...header };
      pending = [bytes.subarray(size)];
      held -= size;
      header = null;
    }
  }
}
