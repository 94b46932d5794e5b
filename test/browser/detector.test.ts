/**
 * The detector in the production build: the page of the offscreen document is opened in a tab, and
 * both its worker and its ports are driven from there.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LaunchedBrowser } from "../../cli/browser";
import type { DetectorWorker } from "../../entrypoints/offscreen/detector-worker";
import type { FromDetector, ToDetector } from "../../entrypoints/shared/messages";
import type { PictureAnalysis } from "../../model/detector/types";
import { hugePng } from "../fixtures/huge-png";
import { copyExtension, launchBrowser, mediaDir, type Site, startSite } from "./harness";

declare const unmaskDetector: DetectorWorker;

let browser: LaunchedBrowser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function openDetector(on: LaunchedBrowser, query = "?backend=wasm"): Promise<Page> {
  const page = await on.context.newPage();
  await page.goto(on.extensionUrl(`offscreen.html${query}`));
  return page;
}

/** Base64 is how bytes get into a page. */
async function analyse(page: Page, file: string | Uint8Array): Promise<PictureAnalysis> {
  const bytes = typeof file === "string" ? await readFile(join(mediaDir, file)) : file;
  return page.evaluate(async (base64) => {
    const { buffer } = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return unmaskDetector.analysePicture(buffer);
  }, Buffer.from(bytes).toString("base64"));
}

describe("pictures", () => {
  let page: Page;
  beforeAll(async () => {
    page = await openDetector(browser);
  });
  afterAll(() => page.close());

  test("a portrait: one face where it is, scored, with its thumbnail", async () => {
    const { verdict, frame, thumbnails, sha256, width, height } = await analyse(
      page,
      "astronaut.jpg",
    );
    expect([width, height]).toEqual([512, 512]);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(verdict.reason).toBeNull();
    expect(verdict.level).not.toBeNull();
    expect(frame.faces).toHaveLength(1);
    const [face] = frame.faces;
    const [x, y, w, h] = face?.box ?? [0, 0, 0, 0];
    // Her face in this picture, eyebrows to chin.
    expect(Math.hypot(x + w / 2 - 225, y + h / 2 - 119)).toBeLessThan(12);
    expect(w).toBeGreaterThan(80);
    expect(w).toBeLessThan(130);
    expect(face?.score).toBeGreaterThan(0);
    expect(face?.score).toBeLessThan(1);
    const { width: across = 0, height: down = 0, logits = [] } = face?.map ?? {};
    expect(logits).toHaveLength(across * down);
    expect(logits.every(Number.isFinite)).toBe(true);
    expect(thumbnails).toHaveLength(1);
    expect(thumbnails[0]).toMatch(/^data:image\/webp;base64,/);
  });

  test("twenty faces are all found", async () => {
    const { frame, thumbnails } = await analyse(page, "crowd.jpg");
    expect(frame.faces).toHaveLength(20);
    expect(thumbnails).toHaveLength(8);
    const logits = frame.faces.flatMap(({ logit }) => logit ?? []);
    expect(logits).toEqual(logits.toSorted((a, b) => b - a));
  });

  test.each(["cat.jpg", "coffee.jpg"])("%s has no face", async (name) => {
    const { verdict } = await analyse(page, name);
    expect(verdict).toMatchObject({ level: null, reason: "no-face", faces: [] });
  });

  test("EXIF orientation is honoured", async () => {
    const upright = (await analyse(page, "portrait.jpg")).frame.faces[0]?.box;
    const { frame, width, height } = await analyse(page, "rotated-by-exif.jpg");
    expect([width, height]).toEqual([640, 800]);
    for (const [i, value] of (frame.faces[0]?.box ?? []).entries()) {
      expect(Math.abs(value - (upright?.[i] as number))).toBeLessThan(8);
    }
  });

  test("WebP and AVIF are read as JPEG is", async () => {
    for (const name of ["astronaut.webp", "astronaut.avif"]) {
      expect((await analyse(page, name)).frame.faces, name).toHaveLength(1);
    }
  });

  test("an animated GIF is judged over several frames", async () => {
    const portrait = sharp(join(mediaDir, "portrait.jpg")).resize(320, 400);
    // Each a little darker: encoders drop frames that repeat the one before.
    const frames = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        portrait
          .clone()
          .modulate({ brightness: 1 - i / 50 })
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif({ delay: 500 })
      .toBuffer();
    const { verdict, thumbnails } = await analyse(page, gif);
    expect(verdict.reason).toBeNull();
    expect(verdict.faces).toHaveLength(1);
    expect(verdict.faces[0]?.track).toBe(0);
    expect(thumbnails).toHaveLength(1);
    // Too few frames for a verdict over time: the first one counts.
    expect((await analyse(page, "animated.gif")).verdict.faces[0]).not.toHaveProperty("track");
  });

  test.each([
    ["broken.png", "unreadable", /cut short|damaged/],
    ["truncated.jpg", "unreadable", /cut short/],
    ["empty.jpg", "unreadable", /empty/],
    ["page.jpg", "unreadable", /web page/],
    ["drawing.svg", "not-scanned", /drawing/],
  ])("%s: %s", async (name, reason, detail) => {
    const { verdict } = await analyse(page, name);
    expect(verdict).toMatchObject({ level: null, reason, score: null });
    expect(verdict.detail).toMatch(detail);
  });

  test("a PNG of 30,000 × 30,000 is never decoded", async () => {
    const { verdict, times, width } = await analyse(page, hugePng(30_000, 30_000));
    expect(verdict).toMatchObject({ reason: "unreadable" });
    expect(verdict.detail).toMatch(/too large/);
    expect(width).toBe(30_000);
    expect(times.decodeMs).toBe(0);
  });

  test("a file whose header is right and whose body is noise", async () => {
    const bytes = await readFile(join(mediaDir, "astronaut.webp"));
    bytes.fill(0x55, 40, bytes.length - 10);
    const { verdict } = await analyse(page, bytes);
    expect(verdict).toMatchObject({ reason: "unreadable", detail: "the file is damaged" });
  });

  test("small faces are named as such", async () => {
    const small = await page.evaluate(
      async (base64) => {
        const blob = await (await fetch(`data:image/jpeg;base64,${base64}`)).blob();
        const canvas = new OffscreenCanvas(180, 180);
        const bitmap = await createImageBitmap(blob);
        canvas.getContext("2d")?.drawImage(bitmap, 0, 0, 180, 180);
        const png = await (await canvas.convertToBlob()).arrayBuffer();
        return unmaskDetector.analysePicture(png);
      },
      await readFile(join(mediaDir, "astronaut.jpg"), "base64"),
    );
    expect(small.verdict).toMatchObject({ level: null, reason: "too-small" });
    expect(small.frame.faces[0]).toMatchObject({ logit: null, reason: "too-small" });
    expect(small.thumbnails).toEqual([]);
  });

  test("a frame in halves gives what the whole picture gives", async () => {
    const { whole, halves, full, uncut } = await page.evaluate(
      async (base64) => {
        const blob = await (await fetch(`data:image/jpeg;base64,${base64}`)).blob();
        const bitmap = await createImageBitmap(blob);
        const { width, height } = bitmap;
        const pixels = (x: number, y: number, w: number, h: number, scale: number) => {
          const width = Math.round(w * scale);
          const height = Math.round(h * scale);
          const context = new OffscreenCanvas(width, height).getContext("2d");
          if (!context) throw new Error("no canvas");
          context.imageSmoothingQuality = "high";
          context.drawImage(bitmap, x, y, w, h, 0, 0, width, height);
          return { width, height, rgba: context.getImageData(0, 0, width, height).data.buffer };
        };
        const find = (scale: number) =>
          unmaskDetector.findFaces(pixels(0, 0, width, height, scale), width, height);
        const score = (found: Awaited<ReturnType<typeof find>>) => {
          const crops = found.faces.flatMap(({ cut }) => (cut ? [pixels(...cut, 1)] : []));
          return unmaskDetector.scoreCrops(found, crops, 1.5);
        };
        const half = await find(0.5);
        const everything: [number, number, number, number] = [0, 0, width, height];
        const faces = half.faces.map((face) => ({ ...face, cut: everything }));
        return {
          full: await score(await find(1)),
          halves: await score(half),
          uncut: await score({ ...half, faces }),
          whole: await unmaskDetector.analysePicture(await blob.arrayBuffer()),
        };
      },
      await readFile(join(mediaDir, "portrait.jpg"), "base64"),
    );
    expect(halves.frame.time).toBe(1.5);
    expect(halves.frame.faces).toHaveLength(1);
    expect(halves.thumbnails).toHaveLength(1);
    const [a, b, c, d] = [whole, halves, full, uncut].map(({ frame }) => frame.faces[0]);
    for (const [i, value] of (a?.box ?? []).entries()) {
      expect(Math.abs(value - (b?.box[i] as number))).toBeLessThan(12);
      expect(Math.abs(value - (c?.box[i] as number))).toBeLessThan(1);
    }
    // The same box must give the same logit. One found in a smaller picture lies a little elsewhere, and a
    // crop moved by as much moves the logit.
    expect(Math.abs((a?.logit as number) - (c?.logit as number))).toBeLessThan(0.1);
    expect(Math.abs((b?.logit as number) - (d?.logit as number))).toBeLessThan(0.1);
    expect(Math.abs((a?.logit as number) - (b?.logit as number))).toBeLessThan(1.5);
  });
});

describe("backends", () => {
  const logitOn = async (on: LaunchedBrowser, query: string) => {
    const page = await openDetector(on, query);
    try {
      const description = await page.evaluate(() => unmaskDetector.describe());
      const { frame } = await analyse(page, "portrait.jpg");
      return { description, logit: frame.faces[0]?.logit as number };
    } finally {
      await page.close();
    }
  };

  test("WASM, CPU and WebGL agree, and a probe prefers WASM to software WebGL", async () => {
    const chosen = await logitOn(browser, "");
    expect(chosen.description.backend).toBe("wasm");
    expect(chosen.description.probes[0]).toMatchObject({ backend: "webgl", timedMs: null });
    expect(chosen.description.probes[0]?.failure).toMatch(/software/);
    for (const backend of ["wasm", "cpu", "webgl"]) {
      const { description, logit } = await logitOn(browser, `?backend=${backend}`);
      expect(description.backend).toBe(backend);
      expect(Math.abs(logit - chosen.logit), backend).toBeLessThan(0.05);
    }
  });

  test("without any WebGL faces are found and scored all the same", async () => {
    const bare = await launchBrowser({
      args: ["--disable-3d-apis", "--disable-software-rasterizer"],
    });
    try {
      const { description, logit } = await logitOn(bare, "");
      expect(description.backend).toBe("wasm");
      expect(logit).toBeTypeOf("number");
    } finally {
      await bare.close();
    }
  });

  test("a lost WebGL context is answered with another backend", async ({ onTestFinished }) => {
    // The worker's contexts are within reach of the test only if the worker notes them down.
    const noteContexts = `self.contexts = [];
      const { getContext } = OffscreenCanvas.prototype;
      OffscreenCanvas.prototype.getContext = function (kind, ...rest) {
        const context = getContext.call(this, kind, ...rest);
        if (kind === "webgl2") self.contexts.push(context);
        return context;
      };\n`;
    const extensionDir = await copyExtension(async (dir) => {
      const names = (await readdir(join(dir, "assets"))).filter((name) =>
        /^worker-.*js$/.test(name),
      );
      expect(names).toHaveLength(1);
      const file = join(dir, "assets", names[0] as string);
      await writeFile(file, noteContexts + (await readFile(file, "utf8")));
    });
    const altered = await launchBrowser({ extensionDir });
    onTestFinished(() => altered.close());
    const page = await openDetector(altered, "?backend=webgl");
    const before = await analyse(page, "portrait.jpg");
    const lost = await page.workers()[0]?.evaluate(() => {
      const { contexts } = self as unknown as { contexts: WebGL2RenderingContext[] };
      for (const context of contexts) context.getExtension("WEBGL_lose_context")?.loseContext();
      return contexts.length;
    });
    expect(lost).toBeGreaterThan(0);
    const after = await analyse(page, "portrait.jpg");
    expect(after.verdict.reason).toBeNull();
    const logits = [before, after].map(({ frame }) => frame.faces[0]?.logit as number);
    expect(Math.abs((logits[0] as number) - (logits[1] as number))).toBeLessThan(0.05);
    const { backend, probes } = await page.evaluate(() => unmaskDetector.describe());
    expect(backend).toBe("wasm");
    expect(probes[0]).toMatchObject({ backend: "webgl", failure: expect.any(String) });
  });
});

/** Sends messages through a port and gives the answers up to (and with) the one wanted. */
async function converse(
  page: Page,
  messages: ToDetector[],
  until: FromDetector["type"],
  count = 1,
) {
  return page.evaluate(
    async ({ messages, until, count }) => {
      const port = chrome.runtime.connect({ name: "detector" });
      const answers: FromDetector[] = [];
      return new Promise<FromDetector[]>((resolve) => {
        port.onMessage.addListener((answer: FromDetector) => {
          answers.push(answer);
          if (answers.filter(({ type }) => type === until).length < count) return;
          port.disconnect();
          resolve(answers);
        });
        for (const message of messages) port.postMessage(message);
      });
    },
    { messages, until, count },
  );
}

const verdictsOf = (answers: FromDetector[]) =>
  new Map(answers.flatMap((a) => (a.type === "verdict" ? [[a.id, a] as const] : [])));

function scan(id: string, url: string, priority: 0 | 1 | 2 = 0): ToDetector {
  return {
    type: "scan-image",
    id,
    source: { kind: "url", url },
    displayed: [300, 300],
    priority,
  };
}

describe("ports", () => {
  let site: Site;
  let listener: Page;
  let page: Page;
  beforeAll(async () => {
    const file = async (name: string) => ({ body: await readFile(join(mediaDir, name)) });
    site = await startSite({
      files: {
        "/face.jpg": await file("astronaut.jpg"),
        "/same.jpg": await file("astronaut.jpg"),
        "/cat.jpg": await file("cat.jpg"),
        "/stall.jpg": { ...(await file("cat.jpg")), stallAfterBytes: 100 },
        "/cut.jpg": { ...(await file("cat.jpg")), cutAfterBytes: 100 },
      },
    });
    // The listener lives in one tab; a page does not hear its own ports.
    listener = await openDetector(browser);
    page = await browser.context.newPage();
    await page.goto(browser.extensionUrl("popup.html"));
  });
  afterAll(async () => {
    await Promise.all([page.close(), listener.close(), site.close()]);
  });

  test("pictures by address, each answered once, with the reason where there is none", async () => {
    const answers = await converse(
      page,
      [
        scan("face", `${site.origin}/face.jpg`),
        scan("cat", `${site.otherOrigin}/cat.jpg`),
        scan("gone", `${site.origin}/gone.jpg`),
        scan("cut", `${site.origin}/cut.jpg`),
        scan("file", "file:///etc/passwd"),
      ],
      "verdict",
      5,
    );
    expect(answers[0]).toEqual({ type: "detector", state: "loading" });
    expect(answers).toContainEqual({ type: "detector", state: "ready" });
    const verdicts = verdictsOf(answers);
    expect(verdicts.size).toBe(5);
    expect(verdicts.get("face")?.verdict.level).not.toBeNull();
    expect(verdicts.get("face")?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(verdicts.get("cat")?.verdict.reason).toBe("no-face");
    expect(verdicts.get("gone")?.verdict.detail).toMatch(/404/);
    expect(verdicts.get("cut")?.verdict.reason).toBe("unreadable");
    expect(verdicts.get("file")?.verdict.detail).toMatch(/not a web address/);
  });

  test("the same picture under another address is remembered by its content", async () => {
    const first = verdictsOf(
      await converse(page, [scan("a", `${site.origin}/face.jpg`)], "verdict"),
    ).get("a");
    const second = verdictsOf(
      await converse(page, [scan("b", `${site.origin}/same.jpg`)], "verdict"),
    ).get("b");
    expect(second?.verdict).toEqual(first?.verdict);
    expect(second?.thumbnails).toEqual(first?.thumbnails);
  });

  test("what is no message is dropped, and cancelled work is not answered", async () => {
    const nonsense = [
      { type: "scan-image", id: "x" },
      { type: "explode" },
      { type: "scan-image", id: "", source: { kind: "url", url: "x" } },
    ] as unknown as ToDetector[];
    const answers = await converse(
      page,
      [
        ...nonsense,
        scan("stall", `${site.origin}/stall.jpg`),
        { type: "cancel", id: "stall" },
        scan("face", `${site.origin}/face.jpg`),
      ],
      "verdict",
    );
    expect([...verdictsOf(answers).keys()]).toEqual(["face"]);
  });

  test("video frames in halves, flagged by no single one", async () => {
    const answers = await page.evaluate(
      async (base64) => {
        const blob = await (await fetch(`data:image/jpeg;base64,${base64}`)).blob();
        const bitmap = await createImageBitmap(blob);
        const pixels = (x: number, y: number, w: number, h: number, scale: number) => {
          const width = Math.round(w * scale);
          const height = Math.round(h * scale);
          const context = new OffscreenCanvas(width, height).getContext("2d");
          if (!context) throw new Error("no canvas");
          context.drawImage(bitmap, x, y, w, h, 0, 0, width, height);
          return { width, height, rgba: context.getImageData(0, 0, width, height).data.buffer };
        };
        const { width, height } = bitmap;
        const port = chrome.runtime.connect({ name: "detector" });
        const answers: FromDetector[] = [];
        const sendFrame = (time: number) =>
          port.postMessage({
            type: "video-frame",
            id: "v",
            time,
            width,
            height,
            reduced: pixels(0, 0, width, height, 0.5),
            priority: 0,
          });
        return new Promise<FromDetector[]>((resolve) => {
          port.onMessage.addListener((answer: FromDetector) => {
            answers.push(answer);
            if (answer.type === "want-crops") {
              const crops = answer.squares.map((square) => pixels(...square, 1));
              port.postMessage({ type: "video-crops", id: "v", time: answer.time, crops });
            }
            if (answer.type !== "frame-done") return;
            if (answer.time < 2) sendFrame(answer.time + 0.5);
            else resolve(answers);
          });
          sendFrame(0);
        });
      },
      await readFile(join(mediaDir, "portrait.jpg"), "base64"),
    );
    const verdicts = answers.flatMap((a) => (a.type === "verdict" ? [a] : []));
    expect(verdicts.map(({ verdict }) => verdict.frames?.length)).toEqual([1, 2, 3, 4, 5]);
    const last = verdicts.at(-1);
    expect(last?.verdict.faces).toHaveLength(1);
    expect(last?.thumbnails).toHaveLength(1);
    for (const { verdict } of verdicts.slice(0, 3)) {
      expect(["no-sign", "unsure"]).toContain(verdict.level);
    }
    expect(answers.filter(({ type }) => type === "frame-done")).toHaveLength(5);
  });
});

describe("a damaged student package", () => {
  test.each([
    ["weights.bin", (bytes: Buffer) => bytes.fill(0, 1000, 1100), /weights\.bin does not match/],
    ["card.json", (bytes: Buffer) => bytes.subarray(0, 100), /card\.json/],
  ])("%s", async (name, damage, reason) => {
    const extensionDir = await copyExtension(async (dir) => {
      const file = join(dir, "student", name);
      await writeFile(file, damage(await readFile(file)));
    });
    const damaged = await launchBrowser({ extensionDir });
    try {
      await openDetector(damaged);
      const page = await damaged.context.newPage();
      await page.goto(damaged.extensionUrl("popup.html"));
      const answers = await converse(page, [scan("a", "https://picture.invalid/")], "verdict");
      const failed = answers.find((a) => a.type === "detector" && a.state === "failed");
      expect(failed).toMatchObject({ detail: expect.stringMatching(reason) });
      expect(verdictsOf(answers).get("a")?.verdict).toMatchObject({
        reason: "not-scanned",
        detail: expect.stringMatching(reason),
      });
    } finally {
      await damaged.close();
    }
  });
});
