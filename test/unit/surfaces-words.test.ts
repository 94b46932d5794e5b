/** The words of a verdict: complete for every outcome, and never more than the tool can know. */
import { expect, test } from "vitest";
import {
  clock,
  counted,
  explanation,
  howItWorks,
  limits,
  type MediaKind,
  type Outcome,
  strengthWords,
  title,
} from "../../components/words";
import { abstentions, levels } from "../../model/verdict/verdict";

const kinds: MediaKind[] = ["image", "video"];
const outcomes: Outcome[] = [
  ...levels.map((level) => ({ level, reason: null })),
  ...abstentions.map((reason) => ({ level: null, reason })),
];

/** A verdict is no fact and no chance, and nobody has to know how the tool is built. */
const never = /fake|probab|likelihood|per ?cent|%|\bAI\b|neural|logit|threshold|undefined|null/i;

test.each(outcomes)("has plain words for $level $reason", (outcome) => {
  expect(title(outcome)).toMatch(/^[A-Z][a-z ]{3,40}$/);
  for (const kind of kinds) {
    const medium = kind === "image" ? "picture" : "video";
    const sentences = [explanation(outcome, kind), ...limits(outcome, kind)];
    expect(sentences.length).toBeGreaterThan(1);
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(sentence).not.toMatch(never);
    }
    expect(explanation(outcome, kind)).toContain(medium);
  }
});

test("says of no two outcomes the same", () => {
  expect(new Set(outcomes.map(title)).size).toBe(outcomes.length);
  expect(new Set(outcomes.map((outcome) => explanation(outcome, "image"))).size).toBe(
    outcomes.length,
  );
  expect(new Set(Object.values(strengthWords)).size).toBe(levels.length);
  expect([...Object.values(strengthWords), ...howItWorks].join(" ")).not.toMatch(never);
});

test("says exactly what stood in the way where that is known", () => {
  const unreadable: Outcome = { level: null, reason: "unreadable" };
  expect(explanation(unreadable, "image", "the file is damaged")).toBe(
    "Unmask could not read this picture: the file is damaged.",
  );
  expect(explanation({ level: null, reason: "not-scanned" }, "video", "it is paused.")).toBe(
    "Unmask did not check this video: it is paused.",
  );
  // A detail never takes the place of a level.
  expect(explanation({ level: "strong", reason: null }, "image", "harmless")).not.toContain(
    "harmless",
  );
});

test("counts and tells the time as people do", () => {
  expect(counted(0, "face")).toBe("0 faces");
  expect(counted(1, "face")).toBe("1 face");
  expect(counted(1204, "face")).toBe("1,204 faces");
  expect([0, 7.9, 75, 3723, -1].map(clock)).toEqual(["0:00", "0:07", "1:15", "1:02:03", "0:00"]);
});
