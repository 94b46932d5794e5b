/**
 * Markup with text from pages in it. `html` escapes everything put into it but what `html` itself
 * made, so that forgetting to escape is not possible.
 */

/** Markup that was made here. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Part[] | null | undefined | false;

export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(
    strings.reduce((whole, string, i) => whole + (i > 0 ? written(parts[i - 1]) : "") + string, ""),
  );
}

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(written).join("");
  return escape(shownText(String(part)));
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** Joiners belong to the spelling of Persian, Hindi and of emoji; they turn nothing around. */
const joiners = "\u200C\u200D";

/**
 * Text as it may be shown: what cannot be seen or turns the reading direction around is named
 * instead (`⟨U+202E⟩`), because in a report it is itself a finding.
 */
export function shownText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === "\n" || character === "\t" || joiners.includes(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** Text from elsewhere on its own line or in a cell; its direction ends with it. */
export const foreign = (text: string): Markup => html`<bdi>${text}</bdi>`;

/** Pictures are embedded only as what they are; an SVG could hold more than a picture. */
const embeddable = /^data:image\/(?:png|jpeg|webp|gif|avif);base64,[A-Za-z0-9+/]+={0,2}$/;

export function picture(source: string | undefined, alt: string, kind: string): Markup {
  if (!source || !embeddable.test(source)) return html`<span class="${kind} none"></span>`;
  return html`<img class="${kind}" src="${source}" alt="${alt}">`;
}

/** An address, to be followed only where it is a web address, and then without telling from where. */
export function address(url: string): Markup {
  const parsed = URL.parse(url);
  const isWeb = parsed?.protocol === "http:" || parsed?.protocol === "https:";
  return isWeb
    ? html`<a href="${parsed.href}" rel="noopener noreferrer nofollow" referrerpolicy="no-referrer">${foreign(url)}</a>`
    : foreign(url);
}
