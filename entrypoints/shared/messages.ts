/**
 * Every message between the extension's contexts, declared once. A receiver parses what arrives
 * with these schemas and drops what does not fit: a compromised page process can send anything.
 *
 * content ⇄ offscreen: a port named `detectorPort`, pixels as ArrayBuffers (structured clone).
 * content, popup, side panel → background: one-shot requests. background, popup, side panel →
 * content: commands, some of them answered.
 */
import * as v from "valibot";
import { abstentions, levels } from "../../model/verdict/verdict";

export const detectorPort = "detector";

/** A frame larger than this is refused at the border: 4096 × 4096 RGBA. */
const maxFrameBytes = 4096 * 4096 * 4;
/** Longest picture file accepted as bytes from a page (`data:` and `blob:` pictures). */
export const maxMediaBytes = 64 * 1024 * 1024;

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
/** Longer addresses, `data:` ones mostly, are cut or left out. */
export const maxUrlChars = 8192;
const url = v.pipe(v.string(), v.maxLength(maxUrlChars));
const px = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(100_000));
const coordinate = v.pipe(v.number(), v.finite(), v.minValue(-100_000), v.maxValue(100_000));
const box = v.tuple([coordinate, coordinate, px, px]);
const buffer = (limit: number) =>
  v.pipe(
    v.instance(ArrayBuffer),
    v.check((b) => b.byteLength <= limit, "too many bytes"),
  );
const tabNumber = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Lower is sooner: 0 visible, 1 near the viewport, 2 the rest. */
const priority = v.picklist([0, 1, 2]);

/** Pixels as they come from a canvas: RGBA, 8 bits, row by row. */
const pixels = v.pipe(
  v.object({
    width: v.pipe(px, v.integer(), v.minValue(1)),
    height: v.pipe(px, v.integer(), v.minValue(1)),
    rgba: buffer(maxFrameBytes),
  }),
  v.check((p) => p.rgba.byteLength === p.width * p.height * 4, "bytes do not match the size"),
);
export type Pixels = v.InferOutput<typeof pixels>;

/** content → offscreen */
export const toDetector = v.variant("type", [
  v.object({
    type: v.literal("scan-image"),
    id,
    source: v.variant("kind", [
      v.object({ kind: v.literal("url"), url }),
      v.object({ kind: v.literal("bytes"), bytes: buffer(maxMediaBytes) }),
    ]),
    /** Displayed size in CSS pixels. */
    displayed: v.tuple([px, px]),
    priority,
  }),
  v.object({ type: v.literal("prioritise"), id, priority }),
  v.object({ type: v.literal("cancel"), id }),
  /** A reduced frame to find faces in; the page keeps the sharp one until `want-crops` or `frame-done`. */
  v.object({
    type: v.literal("video-frame"),
    id,
    /** Position in the video, seconds. */
    time: v.pipe(v.number(), v.finite(), v.minValue(0)),
    /** Size of the sharp frame in pixels. */
    width: v.pipe(px, v.minValue(1)),
    height: v.pipe(px, v.minValue(1)),
    reduced: pixels,
    priority,
  }),
  /** The sharp squares that `want-crops` asked for, in the order asked. */
  v.object({
    type: v.literal("video-crops"),
    id,
    time: v.pipe(v.number(), v.finite(), v.minValue(0)),
    crops: v.pipe(v.array(pixels), v.maxLength(16)),
  }),
]);
export type ToDetector = v.InferOutput<typeof toDetector>;

const coarseMap = v.object({
  width: v.number(),
  height: v.number(),
  logits: v.array(v.number()),
});
const faceResult = v.object({
  box,
  square: v.optional(box),
  logit: v.nullable(v.number()),
  score: v.nullable(v.number()),
  level: v.optional(v.picklist(levels)),
  reason: v.optional(v.picklist(["too-small", "too-blurred"])),
  map: v.optional(coarseMap),
  track: v.optional(v.number()),
});
const frameResult = v.object({
  time: v.nullable(v.number()),
  width: v.number(),
  height: v.number(),
  faces: v.array(faceResult),
});
export const verdictSchema = v.object({
  level: v.nullable(v.picklist(levels)),
  reason: v.nullable(v.picklist(abstentions)),
  logit: v.nullable(v.number()),
  score: v.nullable(v.number()),
  faces: v.array(faceResult),
  frames: v.optional(v.array(frameResult)),
  detail: v.optional(v.string()),
  model: v.string(),
});

/** A small picture of a face for cards and lists, as a `data:image/…` URL. */
const thumbnail = v.pipe(v.string(), v.startsWith("data:image/"), v.maxLength(32_768));

/** offscreen → content */
export const fromDetector = v.variant("type", [
  /** Work on this medium has begun. */
  v.object({ type: v.literal("started"), id }),
  v.object({
    type: v.literal("want-crops"),
    id,
    time: v.number(),
    /** Squares in pixels of the sharp frame; they may reach past its edges (clamp by repeating). */
    squares: v.array(box),
  }),
  /** The frame is dealt with; the page may drop it and send the next. */
  v.object({ type: v.literal("frame-done"), id, time: v.number(), tookMs: v.number() }),
  /** Pictures: final. Videos: the verdict so far, sent again after every frame. */
  v.object({
    type: v.literal("verdict"),
    id,
    verdict: verdictSchema,
    thumbnails: v.array(thumbnail),
    /** SHA-256 of the file's bytes, hex; pictures only. */
    sha256: v.optional(v.string()),
  }),
  v.object({
    type: v.literal("detector"),
    state: v.picklist(["loading", "ready", "failed"]),
    detail: v.optional(v.string()),
  }),
]);
export type FromDetector = v.InferOutput<typeof fromDetector>;

/** One medium in the page's list, as the popup shows it. */
export const mediaReport = v.object({
  id,
  kind: v.picklist(["image", "video"]),
  url,
  status: v.picklist(["waiting", "scanning", "done"]),
  level: v.nullable(v.picklist(levels)),
  reason: v.nullable(v.picklist(abstentions)),
  score: v.nullable(v.number()),
  detail: v.optional(v.pipe(v.string(), v.maxLength(300))),
  faces: v.number(),
  /** Videos: frames looked at so far. */
  frames: v.optional(v.number()),
  thumbnail: v.optional(thumbnail),
  /** Of the file's bytes, hexadecimal; pictures that were read as files only. */
  sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});
export type MediaReport = v.InferOutput<typeof mediaReport>;

/** content, popup, side panel → background */
export const toBackground = v.variant("type", [
  /** Opens the offscreen document if needed; answered with `{ ok, detail? }` once it listens. */
  v.object({ type: v.literal("ensure-detector") }),
  /** A frame of the page starts a new document: its earlier reports are void. */
  v.object({ type: v.literal("page-started"), url }),
  /** Changed or new media of the sender's frame, and those that are gone. */
  v.object({
    type: v.literal("page-report"),
    changed: v.pipe(v.array(mediaReport), v.maxLength(200)),
    removed: v.pipe(v.array(id), v.maxLength(2000)),
    detector: v.optional(v.picklist(["loading", "ready", "failed"])),
    /** With `failed`: why, for the popup. */
    detectorDetail: v.optional(v.pipe(v.string(), v.maxLength(300))),
  }),
  /** PNG of the visible tab, for videos whose pixels are closed to us; answered `{ png } | { wait: ms }`. */
  v.object({ type: v.literal("capture-tab") }),
  /** The same, asked by our own pages for a tab that they are not in. */
  v.object({ type: v.literal("capture-tab-of"), tabId: tabNumber }),
]);
export type ToBackground = v.InferOutput<typeof toBackground>;

/** popup, side panel, background → content script of one frame */
export const toPage = v.variant("type", [
  /** Scroll to a medium and open its card; `quiet` only points at it, for those who read elsewhere. */
  v.object({ type: v.literal("show-media"), id, quiet: v.optional(v.boolean()) }),
  /** Scan again what failed or was skipped. */
  v.object({ type: v.literal("scan-again") }),
  /** Scan what the frame has loaded, in view or not. */
  v.object({ type: v.literal("scan-all") }),
  /** All that is known of a medium; answered with `pageMedium`, or null where it is not there. */
  v.object({ type: v.literal("read-medium"), id }),
  /** The medium under the focus, else the largest in view; answered with `foundMedium` or null. */
  v.object({ type: v.literal("find-in-view") }),
  /** The medium with this address (its beginning, if it is long); answered likewise. */
  v.object({ type: v.literal("find-by-address"), kind: v.picklist(["image", "video"]), url }),
  /** Bytes of a picture that only its page can read (`blob:`, `data:`); answered with `pageBytes`. */
  v.object({
    type: v.literal("read-address"),
    url: v.pipe(v.string(), v.maxLength(maxMediaBytes)),
  }),
  /** Lets the person draw a rectangle; answered with `region`, or null where it was called off. */
  v.object({ type: v.literal("select-region") }),
  v.object({ type: v.literal("cancel-region") }),
]);
export type ToPage = v.InferOutput<typeof toPage>;

/** content → side panel */
export const pageBytes = v.union([
  v.object({ bytes: buffer(maxMediaBytes) }),
  /** Why they cannot be had, for people. */
  v.object({ bytesMissing: v.pipe(v.string(), v.maxLength(300)) }),
]);
export type PageBytes = v.InferOutput<typeof pageBytes>;

/** content → side panel: one medium in full, for its evidence. */
export const pageMedium = v.object({
  kind: v.picklist(["image", "video"]),
  /** Of a `data:` picture only the beginning. */
  url,
  /** Address of the frame that shows it: what may be fetched for it depends on that. */
  frameUrl: url,
  status: v.picklist(["waiting", "scanning", "done"]),
  /** With frames and maps; null until the detector has answered. */
  verdict: v.nullable(verdictSchema),
  /** Of `verdict.faces`, in their order; may be shorter. */
  thumbnails: v.pipe(v.array(thumbnail), v.maxLength(16)),
  /** Pixels of the source; 0 where unknown. */
  width: px,
  height: px,
  /** Videos, seconds; absent for a live one. */
  duration: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  /** Of pictures that only the page can read; absent where the address can be fetched again. */
  content: v.optional(pageBytes),
  /** Whether `content` is a lossless copy of the pixels shown, because the file could not be had. */
  isCopy: v.optional(v.boolean()),
});
export type PageMedium = v.InferOutput<typeof pageMedium>;

/** content → side panel */
export const foundMedium = v.object({
  id,
  focused: v.boolean(),
  /** Part of it in view, CSS pixels squared. */
  visibleArea: v.pipe(v.number(), v.finite(), v.minValue(0)),
});
export type FoundMedium = v.InferOutput<typeof foundMedium>;

/** content → side panel: a part of what the tab shows, in CSS pixels of its viewport. */
export const region = v.object({
  x: px,
  y: px,
  width: v.pipe(px, v.minValue(1)),
  height: v.pipe(px, v.minValue(1)),
  /** Width of the viewport in the same pixels: a capture of the tab is as wide. */
  viewportWidth: v.pipe(px, v.minValue(1)),
});
export type Region = v.InferOutput<typeof region>;

/** What the background keeps of a tab in `storage.session` under `pageKey(tabId)`. */
export interface PageState {
  url: string;
  detector: "idle" | "loading" | "ready" | "failed";
  /** Why the detector failed, where that is known. */
  detectorDetail?: string;
  /** Media by frame id, then in the order found. */
  media: (MediaReport & { frameId: number })[];
}
export const pageKey = (tabId: number): string => `page:${tabId}`;

/** What a context menu or a key asked to be checked; the panel of the window takes it from here. */
export const checkRequest = v.object({
  /** Tells one request from the next. */
  id,
  tabId: tabNumber,
  frameId: tabNumber,
  /** Address and title of the page it was asked on. */
  pageUrl: url,
  pageTitle: v.pipe(v.string(), v.maxLength(1000)),
  what: v.variant("kind", [
    /** A picture or video in the page, by its address or the beginning of it. */
    v.object({ kind: v.literal("medium"), medium: v.picklist(["image", "video"]), url }),
    /** What a link leads to. */
    v.object({ kind: v.literal("link"), url }),
    /** All that the frame shows; of the top one, the page. */
    v.object({ kind: v.literal("all") }),
    /** What is under the focus, or the largest medium in view. */
    v.object({ kind: v.literal("in-view") }),
    v.object({ kind: v.literal("region") }),
  ]),
});
export type CheckRequest = v.InferOutput<typeof checkRequest>;
/** Where `storage.session` keeps the request for the panel of a window. */
export const checkRequestKey = (windowId: number): string => `check:${windowId}`;

/** Parses a message; null where it is not one of the schema's. */
export function parseMessage<const S extends v.GenericSchema>(
  schema: S,
  message: unknown,
): v.InferOutput<S> | null {
  const result = v.safeParse(schema, message);
  return result.success ? result.output : null;
}
