/** From clicks and keys to requests, and the arithmetic of a drawn region. */
import { describe, expect, test } from "vitest";
import { requestFor, requestOfClick } from "../../entrypoints/background/check-request";
import { afterKey, spanned } from "../../entrypoints/page.content/region/frame-keys";
import { checkRequest, maxUrlChars, parseMessage } from "../../entrypoints/shared/messages";

const tab = { id: 7, windowId: 2, url: "https://news.example/a", title: "A page" };

describe("a click in a menu", () => {
  test("becomes a request that the panel understands", () => {
    const request = requestOfClick(
      { menuItemId: "picture", srcUrl: "https://cdn.example/a.jpg", frameId: 3 },
      tab,
    );
    expect(request).toMatchObject({
      tabId: 7,
      frameId: 3,
      pageUrl: tab.url,
      pageTitle: tab.title,
      what: { kind: "medium", medium: "image", url: "https://cdn.example/a.jpg" },
    });
    expect(parseMessage(checkRequest, request)).toEqual(request);
  });

  test.each([
    [
      { menuItemId: "video", srcUrl: "blob:x" },
      { kind: "medium", medium: "video", url: "blob:x" },
    ],
    [
      { menuItemId: "link", linkUrl: "https://a.example/" },
      { kind: "link", url: "https://a.example/" },
    ],
    [{ menuItemId: "frame", frameId: 4 }, { kind: "all" }],
    [{ menuItemId: "page" }, { kind: "all" }],
    [{ menuItemId: "region" }, { kind: "region" }],
  ])("%o asks for %o", (click, what) => expect(requestOfClick(click, tab)?.what).toEqual(what));

  test("keeps the beginning of a picture's long address, and no half of a link", () => {
    const long = `data:image/png;base64,${"A".repeat(20_000)}`;
    const request = requestOfClick({ menuItemId: "picture", srcUrl: long }, tab);
    expect(request?.what).toMatchObject({ url: long.slice(0, maxUrlChars) });
    expect(parseMessage(checkRequest, request)).not.toBeNull();
    const link = `https://a.example/${"b".repeat(20_000)}`;
    expect(requestOfClick({ menuItemId: "link", linkUrl: link }, tab)).toBeNull();
  });

  test("means nothing without an address, a tab, or an item of ours", () => {
    expect(requestOfClick({ menuItemId: "picture" }, tab)).toBeNull();
    expect(requestOfClick({ menuItemId: "another" }, tab)).toBeNull();
    expect(requestFor({ kind: "region" }, 0, { windowId: 2 })).toBeNull();
  });

  test("cuts what a page puts into its title", () => {
    const request = requestFor({ kind: "all" }, 0, { ...tab, title: "t".repeat(5000) });
    expect(parseMessage(checkRequest, request)?.pageTitle).toHaveLength(1000);
  });
});

describe("a region", () => {
  const viewport = { width: 800, height: 600 };
  const frame = { x: 100, y: 100, width: 200, height: 150 };
  const press = (key: string, held: { shiftKey?: boolean; altKey?: boolean } = {}) => ({
    key,
    shiftKey: false,
    altKey: false,
    ...held,
  });

  test.each([
    [press("ArrowLeft"), { ...frame, x: 80 }],
    [press("ArrowDown", { altKey: true }), { ...frame, y: 102 }],
    [press("ArrowRight", { shiftKey: true }), { ...frame, width: 220 }],
    [press("ArrowUp", { shiftKey: true, altKey: true }), { ...frame, height: 148 }],
  ])("%o moves or sizes the frame", (key, after) => {
    expect(afterKey(frame, key, viewport)).toEqual(after);
  });

  test("stays inside the viewport and large enough to hold something", () => {
    const corner = { x: 0, y: 590, width: 20, height: 10 };
    expect(afterKey(corner, press("ArrowLeft"), viewport)).toEqual(corner);
    expect(afterKey(corner, press("ArrowDown"), viewport)).toEqual(corner);
    expect(afterKey(corner, press("ArrowLeft", { shiftKey: true }), viewport)?.width).toBe(16);
    expect(afterKey(frame, press("a"), viewport)).toBeNull();
  });

  test("is drawn from any corner, and cut at the edges", () => {
    expect(spanned(300, 200, 100, 50, viewport)).toEqual({
      x: 100,
      y: 50,
      width: 200,
      height: 150,
    });
    expect(spanned(700, 500, 900, -20, viewport)).toEqual({
      x: 700,
      y: 0,
      width: 100,
      height: 500,
    });
  });
});
