/**
 * Text → the words it is found by, and a question → the beginnings of words it asks for. Both pass
 * through the same folding, so that "Café" is found by "cafe".
 */

/** Words a row; more of a long note than anybody searches for. */
const maxWords = 400;
/** Longer runs are keys and hashes; their beginning finds them. */
const maxWordChars = 40;

/** In nearly every address, so they would find everything. */
const boilerplate = new Set(["http", "https", "www"]);

/** Scripts that put no spaces between words. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Khmer}\p{sc=Lao}]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

export function searchWords(texts: readonly (string | undefined)[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const word of wordsOf(text ?? "")) {
      if (!boilerplate.has(word)) words.add(word);
      if (words.size >= maxWords) return [...words];
    }
  }
  return [...words];
}

/** Beginnings of words, all of which must be met; empty where nothing was asked. */
export function searchTerms(question: string): string[] {
  const terms = new Set(wordsOf(question.slice(0, 500)));
  for (const word of boilerplate) terms.delete(word);
  return [...terms].slice(0, 12);
}

function* wordsOf(text: string): Generator<string> {
  const folded = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  for (const [run] of folded.matchAll(/[\p{L}\p{N}]+/gu)) {
    if (!unspaced.test(run)) yield run.slice(0, maxWordChars);
    else for (const { segment } of segmenter.segment(run)) yield segment.slice(0, maxWordChars);
  }
}
