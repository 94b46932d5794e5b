import { expect, test } from "vitest";
import { Recent } from "../../entrypoints/offscreen/recent";
import { Scheduler } from "../../entrypoints/offscreen/scheduler";

/** Jobs that end when told to, and note the order in which they began. */
function bench(limit: number, groupLimit = limit) {
  const scheduler = new Scheduler(limit, groupLimit);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const signals = new Map<string, AbortSignal>();
  const add = (key: string, priority: number, group = "page") =>
    scheduler.add(key, {
      priority,
      group,
      run(signal) {
        begun.push(key);
        signals.set(key, signal);
        return new Promise((resolve) => ends.set(key, resolve));
      },
    });
  const end = async (key: string) => {
    ends.get(key)?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { scheduler, begun, add, end, signals };
}

test("urgent work first, otherwise in the order it came", async () => {
  const { begun, add, end } = bench(1);
  add("first", 2);
  add("far", 2);
  add("near", 1);
  add("visible", 0);
  add("visible too", 0);
  for (const key of ["first", "visible", "visible too", "near"]) await end(key);
  expect(begun).toEqual(["first", "visible", "visible too", "near", "far"]);
});

test("work can become more urgent while it waits", async () => {
  const { scheduler, begun, add, end } = bench(1);
  add("running", 0);
  add("a", 1);
  add("b", 2);
  scheduler.prioritise("b", 0);
  scheduler.prioritise("unknown", 0);
  await end("running");
  expect(begun).toEqual(["running", "b"]);
});

test("cancelled work is skipped while it waits and told while it runs", async () => {
  const { scheduler, begun, add, end, signals } = bench(1);
  add("running", 0);
  add("waiting", 0);
  add("last", 0);
  scheduler.cancel("waiting");
  scheduler.cancel("running");
  expect(signals.get("running")?.aborted).toBe(true);
  // It cannot be interrupted, so its place is taken until it ends.
  expect(begun).toEqual(["running"]);
  await end("running");
  expect(begun).toEqual(["running", "last"]);
});

test("newer work of the same key replaces the older", async () => {
  const { scheduler, begun, add, end, signals } = bench(2);
  add("video", 0);
  const stale = signals.get("video");
  add("video", 0);
  expect(stale?.aborted).toBe(true);
  expect(signals.get("video")?.aborted).toBe(false);
  expect(begun).toEqual(["video", "video"]);
  expect(scheduler.isIdle).toBe(false);
  await end("video");
});

test("one group cannot take every place", async () => {
  const { begun, add, end } = bench(3, 2);
  for (const key of ["a", "b", "c"]) add(key, 0, "greedy");
  add("other", 2, "modest");
  expect(begun).toEqual(["a", "b", "other"]);
  await end("a");
  expect(begun).toEqual(["a", "b", "other", "c"]);
});

test("what was used least recently is forgotten", () => {
  const recent = new Recent<string, number>(2);
  recent.set("a", 1);
  recent.set("b", 2);
  expect(recent.get("a")).toBe(1);
  recent.set("c", 3);
  expect(recent.get("b")).toBeUndefined();
  expect(recent.get("a")).toBe(1);
  recent.set("a", 9);
  expect(recent.get("a")).toBe(9);
  recent.delete("a");
  expect(recent.get("a")).toBeUndefined();
});
