/** The scanner's own trouble: a browser that dies, a file that kills it, a detector that is damaged. */
import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import * as real from "../../cli/browser";
import { ScanFailure, scanInBrowser } from "../../cli/scan-browser";
import { copyExtension, mediaDir } from "./harness";

type Options = Parameters<typeof scanInBrowser>[0];

/** Scans fixtures; tells what became of each, by its place, and what a person was told. */
class Run {
  readonly answers = new Map<number, "scanned" | "lost">();
  readonly notes: string[] = [];
  readonly #names: string[];

  constructor(names: string[]) {
    this.#names = names;
  }

  scan(options: Partial<Pick<Options, "extensionDir" | "launchBrowser">> = {}): Promise<void> {
    return scanInBrowser({
      extensionDir: inject("extensionDir"),
      paths: this.#names.map((name) => join(mediaDir, name)),
      jobs: 2,
      backend: "wasm",
      signal: new AbortController().signal,
      onReady: () => undefined,
      onScanned: (index) => this.#put(index, "scanned"),
      onLost: (index) => this.#put(index, "lost"),
      onNote: (text) => this.notes.push(text),
      ...options,
    });
  }

  #put(index: number, answer: "scanned" | "lost") {
    if (this.answers.has(index)) throw new Error(`file ${index} was answered twice`);
    this.answers.set(index, answer);
  }

  inOrder() {
    return this.#names.map((_, index) => this.answers.get(index));
  }
}

const names = ["astronaut.jpg", "cat.jpg", "coffee.jpg", "portrait.jpg", "speech.jpg"];

test("goes on in a new browser when the first one dies", async () => {
  const run = new Run(names);
  let browsers = 0;
  await run.scan({
    launchBrowser: (options) =>
      ++browsers === 1 ? launchFragile(options, "portrait.jpg") : real.launchBrowser(options),
  });
  expect(browsers).toBeGreaterThan(1);
  expect(run.inOrder()).toEqual(names.map(() => "scanned"));
  expect(run.notes[0]).toContain("Starting it again");
});

test("gives up a file that kills the browser twice, and no other", async () => {
  const run = new Run(names);
  await run.scan({ launchBrowser: (options) => launchFragile(options, "coffee.jpg") });
  expect(run.inOrder()).toEqual(names.map((name) => (name === "coffee.jpg" ? "lost" : "scanned")));
});

test("passes over a file that has gone since it was found", async () => {
  const run = new Run(["cat.jpg", "gone.jpg"]);
  await run.scan();
  expect(run.inOrder()).toEqual(["scanned", "lost"]);
});

test("fails with the reason where no browser comes up", async () => {
  const launchBrowser = () => Promise.reject(new Error("no such luck"));
  const failure = await new Run(names).scan({ launchBrowser }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ScanFailure);
  expect((failure as Error).message).toContain("no such luck");
});

test.each([
  ["is missing", (dir: string) => rm(join(dir, "student"), { recursive: true })],
  ["is damaged", (dir: string) => truncate(join(dir, "student", "weights.bin"), 1000)],
])("fails with the reason where the student %s", async (_, damage) => {
  const extensionDir = await copyExtension(damage);
  await expect(new Run(names).scan({ extensionDir })).rejects.toThrow(ScanFailure);
});

/** A browser whose page crashes as soon as it reads a file of that name. */
async function launchFragile(options: real.LaunchOptions, poison: string) {
  const browser = await real.launchBrowser(options);
  await browser.context.exposeFunction("crashNow", () => {
    for (const page of browser.context.pages()) page.goto("chrome://crash").catch(() => undefined);
  });
  await browser.context.addInitScript((name) => {
    const slice = Blob.prototype.slice;
    Blob.prototype.slice = function (this: Blob, ...range) {
      if (!(this instanceof File) || this.name !== name) return slice.apply(this, range);
      (globalThis as unknown as { crashNow(): void }).crashNow();
      return { arrayBuffer: () => new Promise(() => undefined) } as unknown as Blob;
    };
  }, poison);
  return browser;
}
