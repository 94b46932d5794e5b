/** The faces that the trainer's bench trains on: a few public-domain portraits, with landmarks. */
import { join } from "node:path";
import { projectRoot } from "../../cli/build-extension";
import type { FaceRow } from "../../trainer/datasets/manifest";
import { loadPictures, type PicturePool } from "../../trainer/datasets/pictures";
import { lookAt } from "../trainer/face-code-thread";

const files = [
  "astronaut.jpg",
  "portrait.jpg",
  "speech.jpg",
  "blue-room-left.jpg",
  "blue-room-right.jpg",
];

/** Each portrait as real, as labelled fake and without a label, since stages draw from all three. */
export async function benchFaces(): Promise<PicturePool> {
  const media = join(projectRoot, "test", "fixtures", "media");
  const seen = await lookAt(files.map((file) => ({ file: join(media, file) })));
  const labels: FaceRow["label"][] = ["real", "fake", "unlabelled"];
  const rows = labels.flatMap((label) =>
    files.map((file, i): FaceRow => {
      const { boxes, landmarks } = seen[i] ?? {};
      const [box] = boxes ?? [];
      if (!box || !landmarks) throw new Error(`${file}: no face was found`);
      return {
        file,
        label,
        split: "train",
        source: "fixtures",
        generator: label === "fake" ? "none" : "camera",
        group: file,
        box: [...box],
        landmarks: inShared(landmarks.flat()),
      };
    }),
  );
  return loadPictures(media, rows);
}

function inShared(values: readonly number[]): Float32Array<SharedArrayBuffer> {
  const shared = new Float32Array(new SharedArrayBuffer(values.length * 4));
  shared.set(values);
  return shared;
}
