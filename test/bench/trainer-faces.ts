/** The faces that the trainer's bench trains on: a few public-domain portraits. */
import { join } from "node:path";
import { projectRoot } from "../../cli/build-extension";
import { type FaceRow } from "../../trainer/datasets/manifest";
import { loadPictures, type PicturePool } from "../../trainer/datasets/pictures";

/** Roughly the detector's boxes: only their size matters for speed. */
const faces: [file: string, x: number, y: number, side: number][] = [
  ["astronaut.jpg", 184, 65, 99],
  ["portrait.jpg", 252, 96, 188],
  ["speech.jpg", 150, 205, 205],
  ["blue-room-left.jpg", 246, 121, 165],
  ["blue-room-right.jpg", 237, 116, 184],
];

/** Each portrait as real, as labelled fake and without a label, since stages draw from all three. */
export function benchFaces(): Promise<PicturePool> {
  const labels: FaceRow["label"][] = ["real", "fake", "unlabelled"];
  const rows = labels.flatMap((label) =>
    faces.map(
      ([file, x, y, side]): FaceRow => ({
        file,
        label,
        split: "train",
        source: "fixtures",
        generator: label === "fake" ? "none" : "camera",
        group: file,
        box: [x, y, side, side],
      }),
    ),
  );
  return loadPictures(join(projectRoot, "test", "fixtures", "media"), rows);
}
