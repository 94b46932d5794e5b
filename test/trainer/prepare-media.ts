// Tiny pictures and videos of public-domain faces, made when a test asks for them, and runs of
// `prepare` over trees of them.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { type FaceRow, readManifest } from "../../trainer/datasets/manifest";
import { ensureFfmpeg } from "../../trainer/prepare/ffmpeg";
import { type PrepareJob, type PrepareResult, prepare } from "../../trainer/prepare/prepare";
import { run } from "../../trainer/setup/command";
import { emptyFolder } from "./datasets-tree";

const media = join(dirname(fileURLToPath(import.meta.url)), "..", "fixtures", "media");

/** The fixture's head and shoulders, 240 px wide; the face is about half as wide. */
export async function portrait(name: "portrait" | "astronaut"): Promise<Buffer> {
  const region =
    name === "portrait"
      ? { left: 145, top: 0, width: 400, height: 400 }
      : { left: 100, top: 0, width: 260, height: 260 };
  return sharp(join(media, `${name}.jpg`))
    .extract(region)
    .resize(240)
    .jpeg({ quality: 95 })
    .toBuffer();
}

/** Sixteen frames of a portrait that moves a little. */
export async function portraitVideo(name: "portrait" | "astronaut"): Promise<Buffer> {
  const ffmpeg = await ensureFfmpeg(() => {});
  const folder = await emptyFolder();
  const still = join(folder, "still.jpg");
  await sharp(await portrait(name)).toFile(still);
  const video = join(folder, "video.mp4");
  await run(ffmpeg, [
    ...["-v", "error", "-loop", "1", "-framerate", "8", "-i", still],
    ...["-vf", "crop=224:224:n:8-n/2", "-frames:v", "16", "-pix_fmt", "yuv420p", video],
  ]);
  return readFile(video);
}

/** A picture with no face in it. */
export const landscape = (): Promise<Buffer> =>
  sharp({ create: { width: 200, height: 160, channels: 3, background: "#7a9" } })
    .png()
    .toBuffer();

export interface Prepared extends PrepareResult {
  out: string;
  rows: FaceRow[];
}

/** `prepare` with quick settings; `rows` is what a stage reads of it. */
export async function prepareTree(
  root: string,
  changes: Partial<Omit<PrepareJob, "settings" | "plan">> & {
    settings?: Partial<PrepareJob["settings"]>;
    plan?: Partial<PrepareJob["plan"]>;
  } = {},
): Promise<Prepared> {
  const out = changes.out ?? (await emptyFolder());
  const result = await prepare({
    root,
    layout: "auto",
    reading: {},
    shards: { maxBytes: 1e9, maxRecords: 1000 },
    workers: 1,
    ...changes,
    out,
    settings: {
      frames: 2,
      faces: "largest",
      margin: 2,
      maxPx: 256,
      minFacePx: 48,
      quality: 93,
      ...changes.settings,
    },
    plan: {
      shard: { index: 0, count: 1 },
      seed: 1,
      shares: { val: 0, test: 0 },
      split: "groups",
      ...changes.plan,
    },
  });
  const isWhole = result.complete && (changes.plan?.shard?.count ?? 1) === 1;
  const rows = isWhole && result.report.counts.faces > 0 ? await readManifest(out) : [];
  return { ...result, out, rows };
}

/** What the layouts' tests compare, one line a crop, sorted. */
export function brief(rows: readonly FaceRow[]): string[] {
  return rows
    .map(({ label, split, source, generator, group, video, frame }) =>
      [label, split, source, generator, group, video ?? "–", frame ?? "–"].join(" "),
    )
    .sort();
}
