/** What became of each medium that somebody wanted to see in full. */
import { expect, test, vi } from "vitest";
import type { EvidenceRequest } from "../../entrypoints/shared/evidence/request";
import { Inspections } from "../../entrypoints/sidepanel/inspections";
import { Unavailable } from "../../entrypoints/sidepanel/prepare";
import { evidenceRecord } from "../fixtures/evidence-record";

const about = (name: string) => ({ name, listed: null, isPrivate: false });
const request = (url: string): EvidenceRequest => ({
  kind: "address",
  url,
  pageUrls: [],
  origin: { kind: "link", url },
});
const prepared = (url: string) => async () => ({ request: request(url) });

test("stand newest first, and what comes together in its order; turns go as asked", () => {
  const store = new Inspections();
  store.add(about("old"), prepared("https://a.example/"));
  store.addAll([
    [about("one"), prepared("https://a.example/1")],
    [about("two"), prepared("https://a.example/2")],
  ]);
  expect(store.all.map(({ name }) => name)).toEqual(["one", "two", "old"]);
  expect(store.all.toSorted((a, b) => a.turn - b.turn).map(({ name }) => name)).toEqual([
    "old",
    "one",
    "two",
  ]);
});

test("say why something cannot be had, and nothing of what broke inside", async () => {
  const store = new Inspections();
  const silent = vi.spyOn(console, "error").mockImplementation(() => {});
  store.addAll([
    [about("gone"), () => Promise.reject(new Unavailable("The tab is closed."))],
    [about("broken"), () => Promise.reject(new TypeError("x is not a function"))],
  ]);
  await vi.waitFor(() => expect(store.all.every(({ problem }) => problem)).toBe(true));
  expect(store.all.map(({ problem }) => problem)).toEqual([
    "The tab is closed.",
    "Something went wrong while reading it.",
  ]);
  expect(silent).toHaveBeenCalledOnce();
  silent.mockRestore();
});

test("read a picture another way once, where its file cannot be read", async () => {
  const store = new Inspections();
  const fallback = vi.fn(async () => ({
    request: request("https://b.example/"),
    notice: "A copy.",
  }));
  const id = store.add(about("picture"), async () => ({
    request: request("https://a.example/"),
    fallback,
  }));
  await vi.waitFor(() => expect(store.all[0]?.request).not.toBeNull());
  const record = evidenceRecord();
  const unreadable = {
    ...record,
    verdict: { ...record.verdict, level: null, reason: "unreadable" as const },
  };
  await store.found(id, unreadable);
  await store.found(id, unreadable);
  expect(fallback).toHaveBeenCalledOnce();
  expect(store.all[0]).toMatchObject({ request: { url: "https://b.example/" }, notice: "A copy." });
});

test("tell who listens of every change", async () => {
  const store = new Inspections();
  const heard = vi.fn();
  const stop = store.subscribe(heard);
  const id = store.add(about("picture"), prepared("https://a.example/"));
  await vi.waitFor(() => expect(store.all[0]?.request).not.toBeNull());
  store.gaveUp(id);
  expect(store.all[0]?.gaveUp).toBe(true);
  stop();
  const before = heard.mock.calls.length;
  expect(before).toBe(3);
  store.gaveUp(id);
  expect(heard).toHaveBeenCalledTimes(before);
});

test("are forgotten, the oldest first, but never before they had their turn", async () => {
  const store = new Inspections();
  const done = store.add(about("done"), prepared("https://a.example/"));
  await store.found(done, evidenceRecord());
  store.addAll(
    Array.from({ length: 250 }, (_, index) => [about(`f${index}`), prepared("https://a.example/")]),
  );
  expect(store.all).toHaveLength(250);
  expect(store.all.at(-1)?.name).toBe("f249");
});
