/** Text out of files, made fit to be shown beside our own: it may try to look like something else. */

/**
 * Control characters, and those that turn the direction of writing or are not seen: with them a
 * file's words could rearrange or imitate ours.
 */
const deceptive =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** @returns the text without them, at most `limit` characters long. */
export function plainText(text: string, limit: number): string {
  // Cut first: a hostile file brings megabytes.
  const clean = text
    .slice(0, limit * 2)
    .replace(deceptive, "")
    .trim();
  return clean.length > limit || text.length > limit * 2 ? `${clean.slice(0, limit - 1)}…` : clean;
}
