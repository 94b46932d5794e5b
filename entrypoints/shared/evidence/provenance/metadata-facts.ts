/** What a metadata reader found in a picture, flattened into facts with limits on number and length. */
import type { Provenance } from "../evidence";
import { plainText } from "./plain-text";

export type MetadataFact = Provenance["metadata"][number];

const maxFacts = 500;
const maxNameCharacters = 200;
const maxValueCharacters = 2000;

/** Groups of ExifReader that speak of the picture, by the name people know; others are left out. */
const groupNames: Record<string, string> = {
  exif: "EXIF",
  gps: "GPS position",
  iptc: "IPTC",
  xmp: "XMP",
  pngText: "PNG text",
  photoshop: "Photoshop",
};

/** Where to look on in the file, and previews: nothing that says anything. */
const skipped =
  /^(_raw|Images|.*IFD Pointer|.*Offset|.*ByteCounts|Thumbnail.*|JPEGInterchangeFormat.*|ICC_Profile|.*Thumbnail.*|ClippingPathName)$/;

/** @param tags groups of tags as ExifReader's `expanded` result has them. */
export function factsOf(tags: object): MetadataFact[] {
  const facts: MetadataFact[] = [];
  for (const [group, name] of Object.entries(groupNames)) {
    const members = (tags as Record<string, unknown>)[group];
    if (typeof members !== "object" || members === null) continue;
    for (const [tag, content] of Object.entries(members)) {
      if (facts.length >= maxFacts) return facts;
      if (skipped.test(tag)) continue;
      const value = plainText(wordsOf(content), maxValueCharacters);
      if (value) facts.push({ group: name, name: plainText(tag, maxNameCharacters), value });
    }
  }
  return facts;
}

/** The library describes most tags in words; computed ones (a position) are bare. */
function wordsOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (typeof content === "number") return String(content);
  if (typeof content !== "object" || content === null) return "";
  const { description, value } = content as { description?: unknown; value?: unknown };
  if (typeof description === "string" && description !== "") return description;
  if (typeof description === "number" || typeof value === "number") {
    return String(description ?? value);
  }
  return typeof value === "string" ? value : "";
}
