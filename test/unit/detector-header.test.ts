import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspectPicture, PictureRefused } from "../../entrypoints/offscreen/picture";
import { isWebPage, readPictureHeader } from "../../entrypoints/offscreen/picture-header";

const media = join(import.meta.dirname, "..", "fixtures", "media");
const text = (markup: string) => new TextEncoder().encode(markup);

describe("real files", () => {
  test.each([
    ["astronaut.jpg", "jpeg", 512, 512],
    ["astronaut.webp", "webp", 512, 512],
    ["astronaut.avif", "avif", 512, 512],
    ["animated.gif", "gif", 280, 200],
    ["crowd.jpg", "jpeg", 960, 768],
  ])("%s", async (name, format, width, height) => {
    const header = readPictureHeader(await readFile(join(media, name)));
    expect(header).toMatchObject({ format, width, height, truncated: false });
  });

  test("a cut JPEG, PNG, WebP, AVIF or GIF is known to be cut", async () => {
    for (const name of ["astronaut.jpg", "astronaut.webp", "astronaut.avif", "animated.gif"]) {
      const bytes = await readFile(join(media, name));
      const header = readPictureHeader(bytes.subarray(0, (bytes.length * 0.6) | 0));
      expect(header?.truncated, name).toBe(true);
    }
    expect(readPictureHeader(await readFile(join(media, "truncated.jpg")))?.truncated).toBe(true);
  });

  test("every prefix and every damaged byte of every format gives an answer, never an error", async () => {
    for (const name of ["astronaut.jpg", "astronaut.webp", "astronaut.avif", "animated.gif"]) {
      const bytes = new Uint8Array(await readFile(join(media, name)));
      for (let length = 0; length < 400; length++) readPictureHeader(bytes.slice(0, length));
      for (let at = 0; at < 400; at++) {
        for (const value of [0x00, 0xff]) {
          const damaged = bytes.slice(0, 4000);
          damaged[at] = value;
          readPictureHeader(damaged);
        }
      }
    }
  });
});

describe("made-up headers", () => {
  test("BMP, also with its rows from the top and with the oldest header", () => {
    const bmp = new DataView(new ArrayBuffer(64));
    bmp.setUint16(0, 0x424d);
    bmp.setUint32(14, 40, true);
    bmp.setInt32(18, 30, true);
    bmp.setInt32(22, -20, true);
    expect(readPictureHeader(new Uint8Array(bmp.buffer))).toMatchObject({
      format: "bmp",
      width: 30,
      height: 20,
    });
    bmp.setUint32(14, 12, true);
    bmp.setUint16(18, 7, true);
    bmp.setUint16(20, 8, true);
    expect(readPictureHeader(new Uint8Array(bmp.buffer))).toMatchObject({ width: 7, height: 8 });
  });

  test("lossless and extended WebP", () => {
    const lossless = text("RIFF....WEBPVP8L....//......");
    const view = new DataView(lossless.buffer);
    view.setUint32(4, lossless.length - 8, true);
    view.setUint8(20, 0x2f);
    view.setUint32(21, (100 - 1) | ((50 - 1) << 14), true);
    expect(readPictureHeader(lossless)).toMatchObject({ format: "webp", width: 100, height: 50 });
    const extended = text("RIFF....WEBPVP8X....##########....");
    const ext = new DataView(extended.buffer);
    ext.setUint32(4, extended.length - 8, true);
    ext.setUint8(20, 2);
    ext.setUint32(24, 15_999, true);
    ext.setUint32(27, 29_999, true);
    expect(readPictureHeader(extended)).toMatchObject({
      width: 16_000,
      height: 30_000,
      animated: true,
    });
  });

  test("an endless chain of tiny AVIF boxes ends", () => {
    const boxes = new Uint8Array(8 * 200_000);
    const view = new DataView(boxes.buffer);
    boxes.set(text("....ftypavif...."));
    view.setUint32(0, 16);
    for (let at = 16; at + 8 <= boxes.length; at += 8) {
      view.setUint32(at, 8);
      boxes.set(text("free"), at + 4);
    }
    expect(readPictureHeader(boxes)).toMatchObject({ format: "avif", width: 0, height: 0 });
  });

  test("a JPEG of nothing but fill bytes or comments is no picture", () => {
    expect(readPictureHeader(new Uint8Array(5000).fill(0xff))).toBeNull();
    const comments = new Uint8Array(5000);
    comments.set([0xff, 0xd8]);
    for (let at = 2; at + 4 <= 5000; at += 4) comments.set([0xff, 0xfe, 0, 2], at);
    expect(readPictureHeader(comments)).toBeNull();
  });

  test("drawings are told from web pages", () => {
    for (const svg of ["<svg xmlns='x'/>", "\n<?xml version='1.0'?>\n<!-- x --><svg>"]) {
      expect(readPictureHeader(text(svg))?.format).toBe("svg");
    }
    const page = text("<!DOCTYPE html><title>404</title><svg></svg>");
    expect(readPictureHeader(page)).toBeNull();
    expect(isWebPage(page)).toBe(true);
    expect(isWebPage(text("  <html>"))).toBe(true);
    expect(isWebPage(text("hello"))).toBe(false);
  });
});

describe("what is refused before it is decoded", () => {
  const refusal = (bytes: Uint8Array) => {
    try {
      inspectPicture(bytes);
    } catch (error) {
      if (error instanceof PictureRefused) return { reason: error.reason, detail: error.message };
      throw error;
    }
    return null;
  };

  test("a PNG of 30,000 × 30,000, of no height, of four thousand million, or without its end", () => {
    const png = new Uint8Array(64);
    png.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    png.set(text("IHDR"), 12);
    const view = new DataView(png.buffer);
    view.setUint32(16, 30_000);
    expect(refusal(png)?.detail).toMatch(/damaged/);
    view.setUint32(20, 30_000);
    expect(refusal(png)).toEqual({
      reason: "unreadable",
      detail: "the picture is too large (30000 × 30000 pixels)",
    });
    view.setUint32(20, 0xffffffff);
    expect(refusal(png)?.detail).toMatch(/too large/);
    view.setUint32(20, 100);
    expect(refusal(png)?.detail).toMatch(/cut short/);
  });

  test("nothing, noise, text, pages and drawings, each with its reason", () => {
    expect(refusal(new Uint8Array())?.detail).toMatch(/empty/);
    expect(refusal(text("just words"))?.detail).toMatch(/not known/);
    expect(refusal(text("<!doctype html>"))?.detail).toMatch(/web page/);
    expect(refusal(text("<svg/>"))).toEqual({
      reason: "not-scanned",
      detail: "a drawing, not a photograph",
    });
  });
});
