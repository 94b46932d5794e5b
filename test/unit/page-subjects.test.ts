// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PictureQueue } from "../../entrypoints/page.content/scan/picture-queue";
import { newSubject, reportOf, type Subject } from "../../entrypoints/page.content/scan/subject";
import { SubjectIndex } from "../../entrypoints/page.content/scan/subject-index";
import type { ToDetector } from "../../entrypoints/shared/messages";
import type { Verdict } from "../../model/verdict/verdict";

const medium = (name: string) => {
  const url = `https://a.example/${name}.jpg`;
  return { kind: "image" as const, key: `image ${url}`, url };
};
const verdict = (change: Partial<Verdict> = {}): Verdict => ({
  level: "no-sign",
  reason: null,
  logit: 0,
  score: 0.5,
  faces: [],
  model: "test 1",
  ...change,
});

function setUpIndex() {
  const events: string[] = [];
  const index = new SubjectIndex({
    appeared: ({ url }) => events.push(`appeared ${url.slice(-5)}`),
    vanished: ({ url }) => events.push(`vanished ${url.slice(-5)}`),
    attached: (_, { url }) => events.push(`attached ${url.slice(-5)}`),
    detached: (_, { url }) => events.push(`detached ${url.slice(-5)}`),
  });
  return { index, events };
}

test("shares one subject among elements that show the same picture", () => {
  const { index, events } = setUpIndex();
  const [first, second] = [document.createElement("img"), document.createElement("img")];
  const subject = index.attach(first, medium("a"));
  expect(index.attach(second, medium("a"))).toBe(subject);
  expect(index.attach(first, medium("a"))).toBe(subject);
  index.detach(first);
  expect(index.get(subject.id)).toBe(subject);
  index.detach(second);
  expect(index.get(subject.id)).toBe(undefined);
  expect(events).toEqual([
    "appeared a.jpg",
    "attached a.jpg",
    "attached a.jpg",
    "detached a.jpg",
    "detached a.jpg",
    "vanished a.jpg",
  ]);
});

test("lets a recycled element go before it gets its new subject", () => {
  const { index, events } = setUpIndex();
  const cell = document.createElement("img");
  index.attach(cell, medium("a"));
  events.length = 0;
  const next = index.attach(cell, medium("b"));
  expect(index.shownBy(cell)).toBe(next);
  expect(events).toEqual(["detached a.jpg", "vanished a.jpg", "appeared b.jpg", "attached b.jpg"]);
});

test("remembers verdicts of pictures that come back, not unfinished or huge ones", () => {
  const { index } = setUpIndex();
  const cell = document.createElement("img");
  const show = (name: string, status: Subject["status"]) => {
    const subject = index.attach(cell, medium(name));
    subject.status = status;
    index.detach(cell);
    return subject;
  };
  const done = show("done", "done");
  const unfinished = show("unfinished", "scanning");
  const long = "x".repeat(5000);
  const huge = show(long, "done");
  expect(index.attach(cell, medium("done"))).toBe(done);
  expect(index.attach(cell, medium("unfinished"))).not.toBe(unfinished);
  expect(index.attach(cell, medium(long))).not.toBe(huge);
  index.detach(cell);
  index.forget(({ url }) => url.includes("done"));
  expect(index.attach(cell, medium("done"))).not.toBe(done);
});

test("reports little of a data: picture and all of its verdict", () => {
  const url = `data:image/png;base64,${"A".repeat(1000)}`;
  const subject = newSubject({ kind: "image", key: `image ${url}`, url });
  subject.status = "done";
  subject.verdict = verdict({ detail: "d".repeat(1000), frames: [] });
  subject.thumbnails = ["data:image/png;base64,BBBB"];
  const report = reportOf(subject);
  expect(report.url.length).toBeLessThan(64);
  expect(report).toMatchObject({ level: "no-sign", score: 0.5, frames: 0, faces: 0 });
  expect(report.detail).toHaveLength(300);
  expect(report.thumbnail).toBe("data:image/png;base64,BBBB");
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUpQueue() {
  const sent: ToDetector[] = [];
  const state = { connected: true, needed: 0 };
  const ending = new AbortController();
  const queue = new PictureQueue(
    (message) => {
      if (state.connected) sent.push(message);
      return state.connected;
    },
    {
      changed: () => {},
      needDetector: () => {
        state.needed += 1;
      },
    },
    ending.signal,
  );
  const scans = () => sent.flatMap((m) => (m.type === "scan-image" ? [m.id] : []));
  return { queue, sent, state, scans, ending };
}

const subjectFor = (name: string) => {
  const subject = newSubject(medium(name));
  subject.elements.add(document.createElement("div"));
  return subject;
};
const settle = () => vi.advanceTimersByTimeAsync(0);

test("sends eight at once, visible ones first, distant ones never", async () => {
  const { queue, scans } = setUpQueue();
  const distant = subjectFor("distant");
  queue.want(distant, 2);
  const near = Array.from({ length: 10 }, (_, i) => subjectFor(`near${i}`));
  for (const subject of near) queue.want(subject, 1);
  await settle();
  expect(scans()).toEqual(near.slice(0, 8).map(({ id }) => id));
  const visible = subjectFor("visible");
  queue.want(visible, 0);
  queue.answered({ type: "verdict", id: near[0]?.id ?? "", verdict: verdict(), thumbnails: [] });
  await settle();
  expect(scans().at(-1)).toBe(visible.id);
  expect(near[0]?.status).toBe("done");
  expect(scans()).not.toContain(distant.id);
});

test("sends again what a lost connection took along", async () => {
  const { queue, state, scans } = setUpQueue();
  const subject = subjectFor("a");
  queue.want(subject, 0);
  await settle();
  queue.started(subject.id);
  expect(subject.status).toBe("scanning");
  state.connected = false;
  queue.detectorDown();
  expect(subject.status).toBe("waiting");
  expect(state.needed).toBe(1);
  state.connected = true;
  queue.pump();
  await settle();
  expect(scans()).toEqual([subject.id, subject.id]);
});

test("waits for a connection without asking twice at the same moment for ever", async () => {
  const { queue, state, scans } = setUpQueue();
  state.connected = false;
  queue.want(subjectFor("a"), 0);
  await settle();
  expect(state.needed).toBe(1);
  expect(scans()).toEqual([]);
  state.connected = true;
  queue.pump();
  await settle();
  expect(scans()).toHaveLength(1);
});

test("asks once more for an answer that never comes, then says so", async () => {
  const { queue, scans, sent } = setUpQueue();
  const subject = subjectFor("a");
  queue.want(subject, 0);
  await vi.advanceTimersByTimeAsync(95_000);
  expect(scans()).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(95_000);
  expect(subject.verdict).toMatchObject({ level: null, reason: "unreadable" });
  expect(sent.filter(({ type }) => type === "cancel")).toHaveLength(2);
  expect(queue.isEmpty).toBe(true);
});

test("cancels what nobody shows any more, and ignores its late answer", async () => {
  const { queue, sent } = setUpQueue();
  const subject = subjectFor("a");
  queue.want(subject, 0);
  await settle();
  queue.drop(subject);
  expect(sent.at(-1)).toEqual({ type: "cancel", id: subject.id });
  queue.answered({ type: "verdict", id: subject.id, verdict: verdict(), thumbnails: [] });
  expect(subject.verdict).toBe(null);
});
