/**
 * Every sentence that describes a verdict, in one place, so that badge, card, popup and reports say
 * the same thing in the same words. The rule: say which signs were seen and how strong, and what
 * could not be checked; never state that a picture is fake, and never offer a chance in per cent.
 */
import type { Abstention, Level } from "../model/verdict/verdict";

export type MediaKind = "image" | "video";

/** What is said of a face or a medium: a level, or why there is none. */
export interface Outcome {
  level: Level | null;
  reason: Abstention | null;
}

/** "picture" or "video": people do not say "image". */
export const kindWord: Record<MediaKind, string> = { image: "picture", video: "video" };

const levelTitles: Record<Level, string> = {
  strong: "Strong signs of manipulation",
  suspicious: "Some signs of manipulation",
  unsure: "Unclear",
  "no-sign": "No signs found",
};

const reasonTitles: Record<Abstention, string> = {
  "no-face": "No face found",
  "too-small": "Face too small to check",
  "too-blurred": "Face too blurred to check",
  unreadable: "Could not be read",
  "not-scanned": "Not checked",
};

/** Words under the strength meter, weakest first. */
export const strengthWords: Record<Level, string> = {
  "no-sign": "None found",
  unsure: "Unclear",
  suspicious: "Some",
  strong: "Strong",
};

/** Heading of a card, name of a badge, line in a list. */
export function title(outcome: Outcome): string {
  if (outcome.level) return levelTitles[outcome.level];
  return reasonTitles[outcome.reason ?? "not-scanned"];
}

const levelSentences: Record<Level, (medium: string) => string> = {
  strong: (medium) =>
    `A face in this ${medium} shows strong traces of the kind that face editing or generation leaves behind.`,
  suspicious: (medium) =>
    `A face in this ${medium} shows traces of the kind that face editing or generation leaves behind.`,
  unsure: (medium) =>
    `There are faint traces in this ${medium}, as edited and ordinary ones can both have. They do not point either way.`,
  "no-sign": (medium) =>
    `No face in this ${medium} shows the traces this tool looks for. That does not prove it genuine.`,
};

const reasonSentences: Record<Abstention, (medium: string) => string> = {
  "no-face": (medium) =>
    `Unmask looks at faces only, and it found none in this ${medium}. Nothing is said about the rest.`,
  "too-small": (medium) =>
    `A face was found, but this copy of the ${medium} shows too little of it to look for traces.`,
  "too-blurred": (medium) =>
    `A face was found, but it is too blurred in this ${medium}, and blur wipes out the traces.`,
  unreadable: (medium) =>
    `The browser did not give Unmask what this ${medium} shows: it is protected, damaged or no longer there.`,
  "not-scanned": (medium) =>
    `Unmask has not looked at this ${medium}, so nothing is said about it.`,
};

/**
 * One sentence on what was seen, or on why nothing can be said.
 *
 * @param detail what exactly stood in the way ("the file is damaged"), with or without a full stop
 */
export function explanation(outcome: Outcome, kind: MediaKind, detail?: string): string {
  const medium = kindWord[kind];
  if (outcome.level) return levelSentences[outcome.level](medium);
  const { reason } = outcome;
  if (detail && (reason === "unreadable" || reason === "not-scanned")) {
    const verb = reason === "unreadable" ? "could not read" : "did not check";
    return `Unmask ${verb} this ${medium}: ${detail.replace(/\.$/, "")}.`;
  }
  return reasonSentences[reason ?? "not-scanned"](medium);
}

/** What the tool cannot know, as short sentences; the first one matters most for this outcome. */
export function limits(outcome: Outcome, kind: MediaKind): string[] {
  const medium = kindWord[kind];
  const scope =
    kind === "video"
      ? "It samples frames and looks at faces only: not at the voice, the words or the scene."
      : "It looks at faces only: not at the caption, the text or the rest of the picture.";
  switch (outcome.level) {
    case "strong":
    case "suspicious":
      return [
        `It can be wrong: heavy compression, filters and retouching can leave similar traces in an ordinary ${medium}.`,
        "It cannot tell who changed something, how, or whether it is meant to mislead.",
        scope,
      ];
    case "unsure":
      return [
        `It cannot say whether this ${medium} was changed; look for the source before you rely on it.`,
        scope,
      ];
    case "no-sign":
      return [
        "It misses manipulations: good work, new methods and small copies can leave no trace it knows.",
        `It cannot tell whether the ${medium} is shown in its true context.`,
        scope,
      ];
    case null:
      return [
        `It cannot say anything about this ${medium}, neither good nor bad.`,
        ...(outcome.reason === "too-small" || outcome.reason === "too-blurred"
          ? [`A larger or sharper copy of the ${medium} may be checked.`]
          : []),
        scope,
      ];
  }
}

/** What a person says of a medium after looking, as words beside the tool's result. */
export const callWords = {
  genuine: "Genuine",
  manipulated: "Manipulated",
  "cannot-tell": "Cannot tell",
} as const;

/** The same for every outcome: how a verdict comes about. */
export const howItWorks = [
  "Unmask finds the faces and compares fine patterns in each of them (edges, texture, lighting) with patterns it has learned from real and from manipulated faces.",
  "All of this happens on this device. No picture, address or result is sent anywhere.",
  "A flag is a reason to look closer, not a finding about the people shown or about whoever posted it.",
];

const plurals = new Intl.PluralRules("en");

/** `1 face`, `1,204 faces`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${plurals.select(n) === "one" ? one : many}`;
}

/** Position in a video as players show it: `0:07`, `12:30`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
