/** Names for files that a person saves. */

const maxTitleChars = 60;

/** `unmask-the-ministers-visit-2026-11-23`, without what any file system refuses or obeys. */
export function reportFileName(title: string, at = new Date()): string {
  const plain = title
    .normalize("NFKC")
    .toLowerCase()
    .replace(/['’]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-");
  const short = [...plain]
    .slice(0, maxTitleChars)
    .join("")
    .replace(/^-+|-+$/g, "");
  return ["unmask", short, at.toISOString().slice(0, 10)].filter(Boolean).join("-");
}
