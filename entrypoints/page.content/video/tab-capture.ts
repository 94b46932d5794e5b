/**
 * Frames of videos from another origin, whose pixels are closed to the page and to us: cut out of a
 * picture of the visible tab. Only what is in view, at the size it is displayed, and seldom.
 */
import { intersect, type Rect } from "../badges/geometry";
import { surroundingsOf, visiblePart } from "../badges/visible-part";
import { rectOf } from "../document-access";
import { sendToBackground } from "../extension";

export type CaptureResult =
  | { frame: ImageBitmap }
  /** Try again after so long, milliseconds. */
  | { wait: number }
  /** It never can; the reason in plain words. */
  | { impossible: string };

/** Below this on screen there is nothing to score. */
const minSidePx = 64;
const retryMs = 1000;

export async function captureFrame(video: HTMLVideoElement): Promise<CaptureResult> {
  const before = placeOnTab(video);
  if (!before) {
    return { impossible: "its site does not allow reading it, and it is inside a frame" };
  }
  if (before.width < minSidePx || before.height < minSidePx) return { wait: retryMs };
  const answer = await sendToBackground({ type: "capture-tab" });
  const { png, wait } = (answer ?? {}) as { png?: unknown; wait?: unknown };
  if (typeof png !== "string" || !png.startsWith("data:image/png")) {
    return { wait: typeof wait === "number" ? wait : retryMs };
  }
  const after = placeOnTab(video);
  // Scrolled meanwhile: the picture shows it elsewhere.
  if (!after || distance(before, after) > 1) return { wait: retryMs / 4 };
  const whole = await createImageBitmap(await (await fetch(png)).blob());
  try {
    const scale = (whole.width / outermostWindow().innerWidth) * zoomOf(outermostWindow());
    const [x, y, width, height] = [before.x, before.y, before.width, before.height].map((length) =>
      Math.round(length * scale),
    ) as [number, number, number, number];
    return { frame: await createImageBitmap(whole, x, y, width, height) };
  } finally {
    whole.close();
  }
}

/**
 * The visible part of the video's picture in CSS pixels of what the tab shows; null where this
 * frame cannot know its place, because a frame around it is of another origin.
 */
function placeOnTab(video: HTMLVideoElement): Rect | null {
  let rect = visiblePart(video, surroundingsOf(video));
  for (let view: Window = window; view !== view.top; view = view.parent) {
    const frame = frameElementOf(view);
    if (!frame) return null;
    const outer = rectOf(frame);
    const { innerWidth, innerHeight } = view.parent;
    const moved = {
      ...rect,
      x: rect.x + outer.x + frame.clientLeft,
      y: rect.y + outer.y + frame.clientTop,
    };
    rect = intersect(
      moved,
      intersect(outer, { x: 0, y: 0, width: innerWidth, height: innerHeight }),
    );
  }
  const pinch = outermostWindow().visualViewport;
  return pinch ? { ...rect, x: rect.x - pinch.offsetLeft, y: rect.y - pinch.offsetTop } : rect;
}

function frameElementOf(view: Window): Element | null {
  try {
    return view.frameElement;
  } catch {
    return null;
  }
}

/** Its size may be read here: `placeOnTab` has found every frame on the way to be of our origin. */
function outermostWindow(): Window {
  return window.top ?? window;
}

function zoomOf(view: Window): number {
  return view.visualViewport?.scale ?? 1;
}

function distance(a: Rect, b: Rect): number {
  return Math.max(
    Math.abs(a.x - b.x),
    Math.abs(a.y - b.y),
    Math.abs(a.width - b.width),
    Math.abs(a.height - b.height),
  );
}
