/** What a list shows of a medium: taken once from its evidence, so that lists need not read that. */
import { kindWord, type MediaKind } from "../../../components/words";
import type { Abstention, Level } from "../../../model/verdict/verdict";
import type { Evidence } from "../evidence/evidence";
import { mediaName, plainName } from "../page/media-name";

/** Where a medium was, in the same four words for every origin. */
export interface Medium {
  /** A name that a person recognises, made of what a page or a file says: one short line. */
  name: string;
  /** Address of the medium; empty where it has none. */
  url: string;
  pageUrl: string;
  pageTitle: string;
}

export interface Brief extends Medium {
  kind: MediaKind;
  level: Level | null;
  reason: Abstention | null;
  score: number | null;
  faces: number;
  /** Videos: frames looked at. */
  frames?: number;
  sha256?: string;
  /** Small picture, a `data:` URL. */
  thumbnail?: string;
}

/** Rows are read by the hundred; the large preview of an item stays with its evidence. */
const maxThumbnailChars = 32_768;

export function briefOf(evidence: Evidence): Brief {
  const { kind, verdict, file, crops, preview } = evidence;
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
    ...mediumOf(evidence),
    ...(file && { sha256: file.sha256 }),
    ...(thumbnail && { thumbnail }),
  };
}

export function mediumOf({ origin, kind }: Pick<Evidence, "origin" | "kind">): Medium {
  const nowhere = { url: "", pageUrl: "", pageTitle: "" };
  switch (origin.kind) {
    case "page": {
      const { url, pageUrl, pageTitle } = origin;
      return { name: mediaName(url).file, url, pageUrl, pageTitle };
    }
    case "region": {
      const { pageUrl, pageTitle } = origin;
      return { ...nowhere, name: "Part of a page", pageUrl, pageTitle };
    }
    case "link":
      return { ...nowhere, name: mediaName(origin.url).file, url: origin.url };
    case "file":
      return { ...nowhere, name: plainName(origin.name) || "No file name" };
    case "pasted":
      return { ...nowhere, name: `Pasted ${kindWord[kind]}` };
  }
}
