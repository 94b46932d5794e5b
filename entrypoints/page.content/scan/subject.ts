/**
 * A subject is one medium of the page with what is known of it. Several elements may show the same
 * picture: they share one subject, one scan and one line in the popup.
 */
import type { Abstention, Verdict } from "../../../model/verdict/verdict";
import type { MediaReport } from "../../shared/messages";
import type { DisplayedMedium } from "../media/displayed-medium";

export interface Subject extends DisplayedMedium {
  readonly id: string;
  status: MediaReport["status"];
  verdict: Verdict | null;
  /** `data:image/…` URLs, in the order of the verdict's faces. */
  thumbnails: string[];
  /** SHA-256 of the file that was scanned, hexadecimal; pictures only. */
  sha256: string | undefined;
  /** A person asked for it: it is scanned wherever the page is scrolled to. */
  asked: boolean;
  /** Scanned from the pixels shown: its file could not be fetched again. */
  fromPixels: boolean;
  /** Elements that show it now. */
  readonly elements: Set<Element>;
}

export function newSubject(medium: DisplayedMedium): Subject {
  return {
    ...medium,
    id: randomId(),
    status: "waiting",
    verdict: null,
    thumbnails: [],
    sha256: undefined,
    asked: false,
    fromPixels: false,
    elements: new Set(),
  };
}

/** Stands for the model in a verdict that none has come to. */
export const noModel = "none";

/** A verdict that the page itself comes to, where the detector never got pixels. */
export function abstention(reason: Abstention, detail: string): Verdict {
  return { level: null, reason, logit: null, score: null, faces: [], detail, model: noModel };
}

/**
 * Longest address told to lists, which hold a thousand of them; the medium is asked for by its id.
 * Those of `data:` pictures hold the whole picture.
 */
const maxUrlChars = 500;
const maxDataUrlChars = 48;

/** The address as it is told to others: a `data:` address is the picture itself. */
export function shownUrl(url: string): string {
  return url.slice(0, url.startsWith("data:") ? maxDataUrlChars : maxUrlChars);
}

export function reportOf(subject: Subject): MediaReport {
  const { id, kind, url, status, verdict, thumbnails, sha256 } = subject;
  const thumbnail = thumbnails[0];
  return {
    id,
    kind,
    url: shownUrl(url),
    status,
    level: verdict?.level ?? null,
    reason: verdict?.reason ?? null,
    score: verdict?.score ?? null,
    faces: verdict?.faces.length ?? 0,
    ...(verdict?.detail ? { detail: verdict.detail.slice(0, 300) } : {}),
    ...(verdict?.frames ? { frames: verdict.frames.length } : {}),
    ...(thumbnail ? { thumbnail } : {}),
    ...(sha256 ? { sha256 } : {}),
  };
}

/** `crypto.randomUUID` exists in secure contexts only, and pages on plain http are scanned too. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
