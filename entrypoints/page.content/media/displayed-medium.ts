/**
 * What an element shows at this moment. The same `img` of a virtualised feed shows one picture
 * after the other, so everything later compares keys and never trusts the element.
 */
import { attributeOf, rectOf } from "../document-access";
import { backgroundUrl } from "./background-image";

/** Faces smaller than this cannot be scored, so neither can a picture that is smaller. */
export const minShortSidePx = 64;

export interface DisplayedMedium {
  kind: "image" | "video";
  /** Same key, same medium: pictures by address, videos by element and load. */
  key: string;
  url: string;
}

export type Reading =
  | { state: "shown"; medium: DisplayedMedium }
  /** The browser could not load or decode it, and shows a broken picture in its place. */
  | { state: "broken"; medium: DisplayedMedium }
  /** Nothing to look at yet; an event will tell. */
  | { state: "loading" }
  /** Nothing to look at: no source, or too few pixels. */
  | { state: "nothing" };

/** An element whose pixels `drawImage` takes. */
export function isImage(element: Element): element is HTMLImageElement {
  return element.localName === "img" && element instanceof HTMLImageElement;
}

export function isVideo(element: Element): element is HTMLVideoElement {
  return element.localName === "video" && element instanceof HTMLVideoElement;
}

export function isSvgImage(element: Element): element is SVGImageElement {
  return element.localName === "image" && element instanceof SVGImageElement;
}

/** Number of the load that a video is in: a new source on the same element is a new video. */
const videoLoads = new WeakMap<HTMLVideoElement, number>();
let lastLoad = 0;

/** To be called when a video drops its source (`emptied`). */
export function renewVideo(video: HTMLVideoElement): void {
  lastLoad += 1;
  videoLoads.set(video, lastLoad);
}

export function readMedium(element: Element): Reading {
  if (isImage(element)) return readImage(element);
  if (isVideo(element)) return readVideo(element);
  if (isSvgImage(element)) return picture(element.href.baseVal);
  const url = backgroundUrl(getComputedStyle(element).backgroundImage, devicePixelRatio);
  return url ? picture(url) : { state: "nothing" };
}

function readImage(image: HTMLImageElement): Reading {
  if (!image.complete) return { state: "loading" };
  // Lazy pictures without a source yet are complete and empty.
  if (!image.currentSrc) return { state: "nothing" };
  if (image.naturalWidth === 0) return brokenImage(image.currentSrc);
  if (Math.min(image.naturalWidth, image.naturalHeight) < minShortSidePx)
    return { state: "nothing" };
  return picture(image.currentSrc);
}

/** An SVG without a size of its own has no natural size either, but is not broken. */
function brokenImage(url: string): Reading {
  if (/\.svg([?#]|$)|^data:image\/svg/i.test(url)) return { state: "nothing" };
  return { state: "broken", medium: { kind: "image", key: `broken ${url}`, url } };
}

function picture(address: string): Reading {
  const url = URL.parse(address, document.baseURI)?.href;
  return url
    ? { state: "shown", medium: { kind: "image", key: `image ${url}`, url } }
    : { state: "nothing" };
}

function readVideo(video: HTMLVideoElement): Reading {
  const hasSource =
    video.srcObject !== null || video.currentSrc !== "" || attributeOf(video, "src") !== null;
  if (!hasSource) return { state: "nothing" };
  if (!videoLoads.has(video)) renewVideo(video);
  const medium: DisplayedMedium = {
    kind: "video",
    key: `video ${videoLoads.get(video)}`,
    url: video.currentSrc || video.src,
  };
  return { state: "shown", medium };
}

/** Displayed size in CSS pixels, transforms included. */
export function displayedSize(element: Element): [width: number, height: number] {
  const { width, height } = rectOf(element);
  return [width, height];
}

export function isLargeEnough(element: Element): boolean {
  return Math.min(...displayedSize(element)) >= minShortSidePx;
}

/** Whether it can be seen at all, wherever the page is scrolled to. */
export function isRendered(element: Element): boolean {
  return Element.prototype.checkVisibility.call(element, {
    opacityProperty: true,
    visibilityProperty: true,
  });
}
