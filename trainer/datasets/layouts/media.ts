// The videos of one folder, however the researcher keeps them: files in it, files in `videos/`, or
// frames extracted to `frames/<video>/` or `images/<video>/` with landmarks beside them.
import { frameNumber, isPicture, isVideo, listingOf, stemOf, within } from "./listing";
import type { ReadReport } from "./report";

export interface Medium {
  /** The video's name without extension. */
  name: string;
  kind: "video" | "picture";
  file: string;
  video: string;
  frame?: number;
  landmarks?: string;
}

const FRAME_FOLDERS = ["frames", "images"];
/** Lists and notes that lie among the videos; the layouts' readers know which of them matter. */
const METADATA = /\.(json|csv|txt|md|pdf)$/i;

/**
 * Videos where there are any, frames otherwise: both come from the same footage, and counting it
 * twice would weight it twice. Files of other kinds are reported.
 *
 * @param folder path from the root.
 */
export async function* mediaIn(
  root: string,
  folder: string,
  report: ReadReport,
): AsyncGenerator<Medium> {
  const here = await listingOf(root, folder);
  const base = here.folders.includes("videos") ? within(folder, "videos") : folder;
  const { files } = base === folder ? here : await listingOf(root, base);
  for (const file of files) {
    const path = within(base, file);
    if (isVideo(file)) {
      yield { name: stemOf(file), kind: "video", file: path, video: path };
    } else if (!METADATA.test(file)) {
      report.add("unknown-name", path, "not a video");
    }
  }
  if (files.some(isVideo)) return;
  const frames = here.folders.find((name) => FRAME_FOLDERS.includes(name));
  if (frames) yield* extractedFrames(root, folder, frames, report);
}

async function* extractedFrames(
  root: string,
  folder: string,
  frames: string,
  report: ReadReport,
): AsyncGenerator<Medium> {
  const base = within(folder, frames);
  for (const name of (await listingOf(root, base)).folders) {
    const video = within(base, name);
    const landmarkFolder = `${within(folder, "landmarks")}/${name}`;
    const landmarks = new Set((await listingOf(root, landmarkFolder)).files);
    for (const file of (await listingOf(root, video)).files) {
      if (!isPicture(file)) {
        report.add("unknown-name", within(video, file), "not a picture");
        continue;
      }
      const npy = `${stemOf(file)}.npy`;
      yield {
        name,
        kind: "picture",
        file: within(video, file),
        video,
        frame: frameNumber(file),
        ...(landmarks.has(npy) ? { landmarks: `${landmarkFolder}/${npy}` } : {}),
      };
    }
  }
}

/** The part of a record that a medium brings. */
export function mediumFields({ name: _, ...fields }: Medium): Omit<Medium, "name"> {
  return fields;
}
