/** What a list shows of a medium: taken once from its evidence, so that lists need not read that. */
import type { MediaKind } from "../../../components/words";
import type { Abstention, Level } from "../../../model/verdict/verdict";
import type { Evidence, Origin } from "../evidence/evidence";

export interface Brief {
  kind: MediaKind;
  level: Level | null;
  reason: Abstention | null;
  score: number | null;
  faces: number;
  /** Videos: frames looked at. */
  frames?: number;
  /** Address of the medium; empty where it has none. */
  url: string;
  /** File name of a local file. */
  fileName?: string;
  pageUrl: string;
  pageTitle: string;
  sha256?: string;
  /** Small picture, a `data:` URL. */
  thumbnail?: string;
}

/** Rows are read by the hundred; the large preview of an item stays with its evidence. */
const maxThumbnailChars = 32_768;

export function briefOf(evidence: Evidence): Brief {
  const { kind, verdict, origin, file, crops, preview } = evidence;
  const thumbnail = [...crops, preview].find(
    (picture) => picture !== undefined && picture.length <= maxThumbnailChars,
  );
  return {
    kind,
    level: verdict.level,
    reason: verdict.reason,
    score: verdict.score,
    faces: verdict.faces.length,
    ...(verdict.frames && { frames: verdict.frames.length }),
    ...placeOf(origin),
    ...(file && { sha256: file.sha256 }),
    ...(thumbnail && { thumbnail }),
  };
}

function placeOf(origin: Origin): Pick<Brief, "url" | "fileName" | "pageUrl" | "pageTitle"> {
  const nowhere = { url: "", pageUrl: "", pageTitle: "" };
  switch (origin.kind) {
    case "page":
      return { url: origin.url, pageUrl: origin.pageUrl, pageTitle: origin.pageTitle };
    case "region":
      return { url: "", pageUrl: origin.pageUrl, pageTitle: origin.pageTitle };
    case "link":
      return { ...nowhere, url: origin.url };
    case "file":
      return { ...nowhere, fileName: origin.name };
    case "pasted":
      return nowhere;
  }
}
