/**
 * The trainer prepares its crops on Node; the extension finds its faces in a browser. Both run
 * model/faces, and must see the same boxes: a student scores crops cut like those it has learnt from.
 */
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { scanInBrowser } from "../../cli/scan-browser";
import { overlap } from "../../model/verdict/overlap";
import type { Box } from "../../model/verdict/verdict";
import { lookAt } from "../trainer/face-code-thread";
import { mediaDir } from "./harness";

const names = ["portrait.jpg", "astronaut.jpg", "speech.jpg", "rotated-by-exif.jpg", "crowd.jpg"];
/**
 * Canvases and the trainer reduce pictures alike, not bit by bit: a small face of a crowd may move by
 * a pixel or two of the view it was found in.
 */
const leastOverlap = 0.92;
const usualOverlap = 0.97;

const area = (box: Box): number => box[2] * box[3];

test("finds the same boxes on Node as in the extension", async () => {
  const paths = names.map((name) => join(mediaDir, name));
  const inBrowser: Box[][] = names.map(() => []);
  await scanInBrowser({
    extensionDir: inject("extensionDir"),
    paths,
    jobs: 1,
    backend: "wasm",
    signal: new AbortController().signal,
    onReady: () => undefined,
    onScanned: (index, { verdict }) => {
      inBrowser[index] = verdict.faces.map(({ box }) => box).toSorted((a, b) => area(b) - area(a));
    },
    onLost: (_, error) => expect.unreachable(error),
    onNote: () => undefined,
  });
  const onNode = await lookAt(paths.map((file) => ({ file })));
  const overlaps: number[] = [];
  for (const [i, name] of names.entries()) {
    const here = onNode[i]?.boxes ?? [];
    expect([name, here.length]).toEqual([name, inBrowser[i]?.length]);
    for (const box of here) {
      const shared = Math.max(...(inBrowser[i] ?? []).map((other) => overlap(other, box)));
      expect(shared, `${name}: ${box}`).toBeGreaterThan(leastOverlap);
      overlaps.push(shared);
    }
  }
  const median = overlaps.toSorted((a, b) => a - b)[Math.floor(overlaps.length / 2)];
  expect(median).toBeGreaterThan(usualOverlap);
});
