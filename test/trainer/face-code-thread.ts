// A thread that looks at pictures with the face code as `prepare` runs it; of its own, as there, since
// the code takes up globals that a test runner has plans for.
import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import type { Box } from "../../model/verdict/verdict";
import { compileMediaPipe, startFaceCode } from "../../trainer/prepare/media-pipe-host";
import { decodePicture } from "../../trainer/prepare/raster";
import { OrderedLoader } from "../../trainer/synthesis/ordered-loader";

export interface Look {
  file: string;
  /** Where to look for landmarks, pixels; around the largest face if left out. */
  region?: Box;
  /** The face in the region, pixels of the picture; the largest if left out. */
  face?: Box;
}

export interface Seen {
  index: number;
  boxes: Box[];
  /** In pixels of the picture. */
  landmarks: [x: number, y: number][] | null;
}

/** Looks at each in turn. */
export async function lookAt(looks: readonly Look[]): Promise<Seen[]> {
  const thread = new OrderedLoader<Seen>(new URL(import.meta.url), null, 1, {
    count: looks.length,
    messageOf: (index) => ({ index, ...looks[index] }),
  });
  try {
    const seen: Seen[] = [];
    for (const index of looks.keys()) seen.push(await thread.take(index));
    return seen;
  } finally {
    await thread.close();
  }
}

const code = parentPort ? compileMediaPipe().then(startFaceCode) : null;

parentPort?.on("message", async ({ index, file, region, face }: Look & { index: number }) => {
  const { finder, mesh } = await (code as NonNullable<typeof code>);
  const picture = await decodePicture(await readFile(file));
  const boxes = finder.find(picture, { minFacePx: 48, tiles: true }).map(({ box }) => box);
  const box = face ?? boxes[0];
  let landmarks: Seen["landmarks"] = null;
  if (box) {
    const [x, y, w, h] = region ?? [
      box[0] - box[2] / 2,
      box[1] - box[3] / 2,
      2 * box[2],
      2 * box[3],
    ];
    const inView: Box = [box[0] - x, box[1] - y, box[2], box[3]];
    const points = mesh.landmarks(picture.view([x, y, w, h], Math.round(w), Math.round(h)), inView);
    landmarks =
      points &&
      Array.from({ length: points.length / 2 }, (_, i) => [
        points[2 * i]! + x,
        points[2 * i + 1]! + y,
      ]);
  }
  parentPort?.postMessage({ index, boxes, landmarks } satisfies Seen);
});
