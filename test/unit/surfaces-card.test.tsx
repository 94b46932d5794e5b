// @vitest-environment happy-dom
/** The card in a DOM: what it says, what its buttons do, and that a page's text stays text. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { VerdictCard, type VerdictCardProps } from "../../components/VerdictCard";
import {
  abstentions,
  type FaceResult,
  type Level,
  levels,
  type Verdict,
} from "../../model/verdict/verdict";

const hostile = `<img src=x onerror="alert(1)">`;

function face(logit: number | null, level?: Level): FaceResult {
  return { box: [0, 0, 90, 90], logit, score: null, level };
}

function verdict(part: Partial<Verdict>): Verdict {
  return { level: null, reason: null, logit: null, score: null, faces: [], model: "m 1", ...part };
}

function show(part: Partial<VerdictCardProps>): HTMLElement {
  act(() =>
    render(
      <VerdictCard
        kind="image"
        verdict={verdict({ level: "strong" })}
        thumbnails={[]}
        onClose={() => {}}
        {...part}
      />,
      document.body,
    ),
  );
  return document.body.querySelector<HTMLElement>('[role="dialog"]') as HTMLElement;
}

const byText = (root: HTMLElement, text: string) =>
  [...root.querySelectorAll<HTMLElement>("button, label")].find((element) =>
    element.textContent?.includes(text),
  );

afterEach(() => act(() => render(null, document.body)));

test.each([
  ...levels.map((level) => verdict({ level })),
  ...abstentions.map((reason) => verdict({ reason })),
])("is a named dialog that says what it cannot know: $level $reason", (shown) => {
  const card = show({ verdict: shown });
  const name = document.getElementById(card.getAttribute("aria-labelledby") ?? "");
  const what = document.getElementById(card.getAttribute("aria-describedby") ?? "");
  expect(name?.textContent).toBeTruthy();
  expect(what?.textContent).toMatch(/\.$/);
  expect(card.textContent).toContain("What Unmask cannot know");
  expect(card.querySelectorAll(".card-limits li").length).toBeGreaterThan(0);
  expect(card.querySelector(".meter") !== null).toBe(shown.level !== null);
  expect(document.activeElement).toBe(card);
});

test("closes and switches the site off when asked, and not otherwise", () => {
  const [onClose, onHideSite] = [vi.fn(), vi.fn()];
  const card = show({ onClose, onHideSite, siteName: "news.example" });
  card.querySelector<HTMLElement>('[aria-label="Close"]')?.click();
  expect(onClose).toHaveBeenCalledOnce();
  expect(onHideSite).not.toHaveBeenCalled();
  byText(card, "Turn off on news.example")?.click();
  expect(onHideSite).toHaveBeenCalledOnce();
});

test("offers no switch where the owner has none", () => {
  expect(byText(show({}), "Turn off")).toBeUndefined();
});

test("names which of several faces show signs", () => {
  const faces = [
    face(4, "strong"),
    face(-2, "no-sign"),
    { ...face(null), reason: "too-small" as const },
  ];
  const card = show({ verdict: verdict({ level: "strong", faces }) });
  expect(card.textContent).toContain("Signs in 1 of 3 faces.");
  const names = [...card.querySelectorAll("canvas")].map(
    (canvas) => canvas.ariaLabel ?? canvas.getAttribute("aria-label"),
  );
  expect(names).toEqual([
    "Face 1: strong signs of manipulation",
    "Face 2: no signs found",
    "Face 3: too small to check",
  ]);
});

test("shows of a crowd those with the strongest signs", () => {
  const faces = Array.from({ length: 20 }, () => face(-2, "no-sign"));
  const card = show({ verdict: verdict({ level: "no-sign", faces }) });
  expect(card.querySelectorAll("canvas")).toHaveLength(8);
  expect(card.textContent).toContain("12 more faces are not shown; none has stronger signs.");
});

test("offers the heat map only where there are signs to locate", () => {
  const map = { width: 2, height: 1, logits: [0, 4] };
  const strong = verdict({ level: "strong", faces: [{ ...face(4, "strong"), map }] });
  expect(byText(show({ verdict: strong }), "Colour where")).toBeDefined();
  const clear = verdict({ level: "no-sign", faces: [{ ...face(-4, "no-sign"), map }] });
  expect(byText(show({ verdict: clear }), "Colour where")).toBeUndefined();
});

test("says how much of a video was looked at and when signs were seen", () => {
  const frames = [2, 4, 6].map((time) => ({
    time,
    width: 64,
    height: 36,
    faces: [face(3, time > 2 ? "strong" : "no-sign")],
  }));
  const card = show({
    kind: "video",
    verdict: verdict({ level: "strong", faces: [face(3, "strong")], frames }),
  });
  expect(card.textContent).toContain("Looked at 3 frames from 0:02 to 0:06.");
  expect(card.textContent).toContain("Signs were seen in 2 frames from 0:04 to 0:06.");
});

test("shows hostile text as text", () => {
  const refused = show({
    verdict: verdict({ reason: "unreadable", detail: hostile }),
    siteName: hostile,
    onHideSite: () => {},
  });
  expect(refused.querySelector("img")).toBeNull();
  expect(refused.textContent?.split(hostile)).toHaveLength(3);
  const flagged = show({
    verdict: verdict({ level: "strong", model: hostile, faces: [face(3, "strong")] }),
    thumbnails: [hostile],
  });
  expect(flagged.querySelector("img")).toBeNull();
  expect(flagged.textContent?.split(hostile)).toHaveLength(2);
});
