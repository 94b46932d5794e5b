/** A name for a medium that a person recognises, from an address that a page chose. */

/** What does not help to recognise anything, or turns the reading direction around. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const maxNameChars = 80;

export interface MediaName {
  /** File name, or a phrase where there is none. */
  file: string;
  /** Host that the file came from; empty for what the page made itself. */
  host: string;
}

export function mediaName(url: string): MediaName {
  if (url.startsWith("data:")) return { file: "Part of the page", host: "" };
  if (url.startsWith("blob:")) return { file: "Made by the page", host: "" };
  const parsed = URL.parse(url);
  if (!parsed) return { file: "No address", host: "" };
  const last = parsed.pathname.split("/").findLast((part) => part !== "") ?? "";
  const file = plainName(decode(last));
  return { file: file || "No file name", host: parsed.hostname };
}

/** A name from elsewhere as one short line; empty where nothing of it can be seen. */
export function plainName(name: string): string {
  return shorten(name.replace(invisible, "").trim());
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Cuts the middle: the end of a file name tells more than its middle. */
function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= maxNameChars) return name;
  const half = maxNameChars / 2;
  return `${characters.slice(0, half).join("")}…${characters.slice(-half + 1).join("")}`;
}
