// @vitest-environment happy-dom
/** The popup's list in a DOM. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { MediaList } from "../../entrypoints/popup/MediaList";
import { groupMedia, type Medium } from "../../entrypoints/shared/page/groups";
import { facts } from "../../entrypoints/shared/page/MediaEntry";

const hostile = "<img src=x onerror=alert(1)>";

const medium: Medium = {
  id: "one",
  kind: "video",
  url: `https://evil.example/${hostile}`,
  status: "done",
  level: "strong",
  reason: null,
  score: 0.9,
  faces: 1,
  frames: 14,
  frameId: 3,
};

afterEach(() => act(() => render(null, document.body)));

test("leads to the medium that was chosen, and shows a page's text as text", () => {
  const onShow = vi.fn();
  const groups = groupMedia([
    medium,
    { ...medium, id: "two", level: null, reason: "unreadable", detail: hostile },
  ]);
  act(() => render(<MediaList groups={groups} onShow={onShow} />, document.body));
  expect([...document.querySelectorAll("h2")].map((heading) => heading.textContent)).toEqual([
    "Flagged 1",
    "Could not check 1",
  ]);
  expect(document.querySelector("img")).toBeNull();
  expect(document.body.textContent).toContain(hostile);
  document.querySelector<HTMLElement>("li button")?.click();
  expect(onShow).toHaveBeenCalledExactlyOnceWith(medium);
});

test("states the facts of an entry", () => {
  expect(facts(medium)).toBe("Video · 1 face · 14 frames");
  expect(facts({ ...medium, status: "scanning", frames: 1 })).toBe(
    "Video · 1 face · 1 frame · still watching",
  );
  expect(
    facts({
      ...medium,
      kind: "image",
      frames: undefined,
      level: null,
      reason: "unreadable",
      faces: 0,
      detail: "the file is damaged",
    }),
  ).toBe("Picture · the file is damaged");
});
