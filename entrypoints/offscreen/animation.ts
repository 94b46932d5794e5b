/**
 * A few frames of an animated picture. A manipulated face need not be in the first one, and four
 * frames are what a verdict over time asks for.
 */
import type { PictureHeader } from "./picture-header";

const samples = 6;
/** Between samples a face must stay near enough to be followed. */
const longestStepSeconds = 2;

const types: Partial<Record<PictureHeader["format"], string>> = {
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
};

/**
 * Decodes sampled frames one after the other, as far as the file is whole; whoever takes one closes
 * it. Yields nothing where there are fewer than two frames or the browser cannot say, so that the
 * file is read as a still picture.
 */
export async function* animationFrames(
  bytes: ArrayBuffer,
  { format, animated }: PictureHeader,
): AsyncGenerator<{ frame: VideoFrame; time: number }, void> {
  const type = types[format];
  if (!animated || !type || typeof ImageDecoder === "undefined") return;
  const decoder = new ImageDecoder({ data: bytes, type });
  try {
    await decoder.tracks.ready;
    const count = decoder.tracks.selectedTrack?.frameCount ?? 0;
    if (count < 2) return;
    const decode = async (frameIndex: number) => (await decoder.decode({ frameIndex })).image;
    const first = await decode(0);
    const stepSeconds = (first.duration ?? 0) / 1e6 || 0.1;
    const step = Math.max(
      1,
      Math.min(Math.floor(count / samples), Math.round(longestStepSeconds / stepSeconds)),
    );
    yield { frame: first, time: 0 };
    for (let i = 1; i < samples && i * step < count; i++) {
      const frame = await decode(i * step);
      yield { frame, time: frame.timestamp / 1e6 };
    }
  } catch {
    // The frames before the damage have been seen; without any, the still decoder says what is wrong.
  } finally {
    decoder.close();
  }
}
