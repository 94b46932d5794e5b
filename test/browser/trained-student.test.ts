/**
 * From training to the browser: the trainer's command line runs all stages on a tiny fixture, and the
 * built extension, given that package, scores a face as the trainer's own code does.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LaunchedBrowser } from "../../cli/browser";
import type { DetectorWorker } from "../../entrypoints/offscreen/detector-worker";
import { loadStudent, PACKAGE_FILES, type Student } from "../../model/package/student";
import { cropFace } from "../../model/student/crop";
import { setupTensorflow } from "../../trainer/setup/tensorflow";
import { stripedData } from "../trainer/striped-data";
import { copyExtension, launchBrowser, mediaDir } from "./harness";

declare const unmaskDetector: DetectorWorker;

const root = join(import.meta.dirname, "..", "..");
/** The whole run, a first set-up of TensorFlow included. */
const deadlineMs = 600_000;
/** What the extension's logit may differ by from the trainer's. */
const tolerance = 1e-3;

let data: string;
let browser: LaunchedBrowser;
let student: Student;
beforeAll(async () => {
  await setupTensorflow();
  data = await stripedData({ train: 64, unlabelled: 16 });
  const run = join(data, "run");
  const config = join(root, "test", "fixtures", "tiny-run.yaml");
  const args = ["trainer/cli.ts", "run", "--config", config, "--data", data, "--run", run];
  const trainer = spawn(process.execPath, ["--import", "tsx", ...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  expect(await once(trainer, "exit")).toEqual([0, null]);

  const folder = join(run, "package");
  // The extension checks the trainer's own logit as it loads; it shall do so as strictly as we do.
  const cardPath = join(folder, "card.json");
  const card = JSON.parse(await readFile(cardPath, "utf8"));
  card.selfTest.tolerance = tolerance;
  await writeFile(cardPath, JSON.stringify(card));
  const extensionDir = await copyExtension((dir) =>
    cp(folder, join(dir, "student"), { recursive: true }),
  );
  browser = await launchBrowser({ extensionDir });

  await tf.setBackend("cpu");
  const files = PACKAGE_FILES.map(async (name) => [name, await readFile(join(folder, name))]);
  student = await loadStudent(new Map((await Promise.all(files)) as [string, Buffer][]));
}, deadlineMs);
afterAll(async () => {
  await browser?.close();
  student?.dispose();
  if (data) await rm(data, { recursive: true, force: true });
});

test("the extension loads the run's package and gives its logits", async () => {
  const page = await browser.context.newPage();
  await page.goto(browser.extensionUrl("offscreen.html?backend=wasm"));
  // Lossless, so that both sides see the same pixels.
  const png = await sharp(join(mediaDir, "astronaut.jpg")).png().toBuffer();
  const { verdict, frame } = await page.evaluate(async (base64) => {
    const { buffer } = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return unmaskDetector.analysePicture(buffer);
  }, png.toString("base64"));
  expect(verdict.model).toBe(`${student.card.name} ${student.card.version}`);
  const [face] = frame.faces;
  expect(face?.reason).toBeUndefined();

  const { data: rgb, info } = await sharp(png)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const picture = { data: rgb, width: info.width, height: info.height, channels: 3 as const };
  const { cropMargin, inputSize } = student.card;
  const crop = cropFace(
    picture,
    face?.box as [number, number, number, number],
    cropMargin,
    inputSize,
  );
  const { logits } = await student.predict(crop);
  expect(Math.abs((face?.logit as number) - (logits[0] as number))).toBeLessThan(tolerance);
});
