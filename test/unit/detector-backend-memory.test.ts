// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recallBackend, rememberBackend } from "../../entrypoints/offscreen/backend-memory";
import type { DetectorDescription } from "../../model/detector/types";

const probed = (backend: string, probes: string[]) =>
  ({ backend, probes: probes.map((name) => ({ backend: name })) }) as DetectorDescription;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

test("the winner of a comparison is remembered for a day", () => {
  expect(recallBackend()).toBeUndefined();
  rememberBackend(probed("wasm", ["webgl", "wasm"]));
  expect(recallBackend()).toBe("wasm");
  vi.advanceTimersByTime(25 * 60 * 60_000);
  expect(recallBackend()).toBeUndefined();
});

test("a lone candidate is not", () => {
  rememberBackend(probed("cpu", ["cpu"]));
  expect(recallBackend()).toBeUndefined();
});

test.each(["", "nonsense", '{"backend":"abacus","browser":"","at":0}', '{"backend":"wasm"}'])(
  "what is damaged counts as nothing: %s",
  (stored) => {
    localStorage.setItem("backend", stored);
    expect(recallBackend()).toBeUndefined();
  },
);

test("another browser version begins anew", () => {
  const entry = { backend: "wasm", browser: "an older one", at: Date.now() };
  localStorage.setItem("backend", JSON.stringify(entry));
  expect(recallBackend()).toBeUndefined();
});
