/** What the evidence view says beside the sentences that all verdicts share (`components/words.ts`). */
import type { Evidence, Origin, Provenance } from "../../entrypoints/shared/evidence/evidence";
import type { FaceResult } from "../../model/verdict/verdict";
import { title } from "../words";

type Credentials = Provenance["credentials"];

/** Where the medium came from, one line; addresses are shown whole elsewhere. */
export function originWords(origin: Origin): string {
  switch (origin.kind) {
    case "page":
      return `From the page “${origin.pageTitle || hostOf(origin.pageUrl)}”`;
    case "region":
      return `Cut from the screen, page “${origin.pageTitle || hostOf(origin.pageUrl)}”`;
    case "file":
      return `File ${origin.name}`;
    case "pasted":
      return "Pasted";
    case "link":
      return `From ${hostOf(origin.url)}`;
  }
}

/** Every address that is known of it, with what it is the address of. */
export function addressesOf(origin: Origin): { name: string; url: string }[] {
  switch (origin.kind) {
    case "page":
      return [
        { name: "Address", url: origin.url },
        { name: "Page", url: origin.pageUrl },
      ];
    case "region":
      return [{ name: "Page", url: origin.pageUrl }];
    case "link":
      return [{ name: "Address", url: origin.url }];
    default:
      return [];
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || url.slice(0, 60) : url.slice(0, 60);
}

/** Of one face: its level, or why it has none. */
export function faceTitle({ level, reason, logit }: FaceResult): string {
  if (level) return title({ level, reason: null });
  if (reason) return title({ level: null, reason });
  return logit === null ? "Not checked" : "Weaker signs";
}

export const credentialsTitles: Record<Credentials["state"], string> = {
  none: "No Content Credentials",
  unread: "Content Credentials not read",
  valid: "Content Credentials hold, signer trusted",
  untrusted: "Content Credentials hold, signer not known",
  invalid: "Content Credentials do not hold",
};

export const credentialsSentences: Record<Exclude<Credentials["state"], "unread">, string> = {
  none: "None were found in the file. Most files have none, and many sites remove them: that says nothing either way.",
  valid:
    "The file is as it was when it was signed, and the signer is on the list of trusted signers. Whether what the signer says is true is another matter.",
  untrusted:
    "The file is as it was when it was signed. Who signed was not confirmed: the name below is what the certificate says, and anybody can make a certificate.",
  invalid:
    "Something in the file or in its credentials was changed after signing, or was never right. Do not rely on what they say.",
};

export const provenanceNote =
  "This is what the file says of itself. It is not part of the detector's result, and the detector's result is no part of it.";

/** How many digits of a score carry meaning. */
export const scoreWords = (score: number) => score.toFixed(3);

/** `1.2 MB`: decimal, as file managers show it. */
export function bytesWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]} (${bytes.toLocaleString("en")} bytes)`;
}

/** `0:07.25`: neighbouring moments of a close look lie within a second. */
export function momentWords(seconds: number): string {
  const hundredths = Math.round(seconds * 100);
  const minutes = Math.floor(hundredths / 6000);
  const rest = ((hundredths % 6000) / 100).toFixed(2).padStart(5, "0");
  return `${minutes}:${rest}`;
}

/** What the view shows while parts are missing. */
export type ShownEvidence = Partial<Evidence> & Pick<Evidence, "id" | "origin">;
