/**
 * All faces of a picture, each with a box like those the student was trained with. Those come from
 * MediaPipe's full-range network looking at a face that fills a good part of the view, so wherever
 * another look found the face, a second full-range look decides its box.
 */
import type { Box } from "../verdict/verdict";
import { type BlazeFace, createBlazeFace, type RawFace } from "./blaze-face";
import { loadMediaPipe, type MediaPipe, type MediaPipeFiles } from "./media-pipe";
import { addNewFaces } from "./merge";
import type { RgbaView } from "./pixel-canvas";
import { tilesOf } from "./tiles";

/** A picture that can be looked at in parts. */
export interface Viewable {
  width: number;
  height: number;
  /** The region (it may reach past the edges) scaled to `width` × `height`, antialiased. */
  view(region: Box, width: number, height: number): RgbaView;
}

/** More faces than this make a crowd; the largest are kept. */
export const maxFaces = 32;

/**
 * Longer side of what the networks are shown, pixels. They see 128 and 192; larger views found no
 * more faces and 256 lost a twentieth of those at 4 % of the width.
 */
const viewPx = 512;
const secondViewPx = 320;

/**
 * Full range finds 84 % of faces whose box is 3.5 % of the view's longer side, 92 % at 4 %, 98 % at
 * 10 % (444 faces pasted into 1280 × 720 scenes); short range finds none under 7 %, but 98 % of
 * those that fill the picture, of which full range misses four in ten.
 */
const findableShare = 0.04;
/** Under this share a full-range box is a quarter too large and off by a tenth; look again. */
const preciseShare = 0.12;
/** The second look shows a square this many boxes wide, as the training crops' pictures did. */
const secondLookWidth = 2.2;
/** A first look counts from here (MediaPipe's default); a second may be less sure to confirm it. */
const foundConfidence = 0.5;
/** A face the second look cannot confirm is kept only if the first was this sure. */
const sureConfidence = 0.65;
/** Second looks at one picture, largest faces first: eight milliseconds each. */
const maxSecondLooks = 24;
/** Tiles of one picture, eight milliseconds each. */
const maxTiles = 16;
/** Tiles do not get smaller than this, pixels: smaller faces carry no trace anyway. */
const minTilePx = 640;
/**
 * So many faces at the first look are a group, and of a group the first look overlooks one in
 * twenty: it is looked at again in parts of this share of the longer side.
 */
const groupFaces = 4;
const groupTileShare = 0.6;

/**
 * Full-range box of a face from its short-range box, for faces that only the latter sees; medians
 * over 408 faces, in units of the short-range box's side.
 */
const shortToFull = { scale: 1.067, down: -0.05 };

/** Bytes of the two `face_detection_*.tflite`. */
export interface FaceModels {
  fullRange: Uint8Array;
  shortRange: Uint8Array;
}

export interface FindOptions {
  /** Faces smaller than this are not worth an extra look, pixels of the picture. */
  minFacePx: number;
  /** Looks at a large picture part by part; left out for video frames, which arrive reduced. */
  tiles: boolean;
}

interface Candidate extends RawFace {
  /** True where the box is as precise as in training, and nothing speaks against a face. */
  precise: boolean;
}

export class FaceFinder {
  readonly #fullRange: BlazeFace;
  readonly #shortRange: BlazeFace;

  private constructor(fullRange: BlazeFace, shortRange: BlazeFace) {
    this.#fullRange = fullRange;
    this.#shortRange = shortRange;
  }

  /** @throws Error if MediaPipe cannot start. */
  static async create(files: MediaPipeFiles, models: FaceModels): Promise<FaceFinder> {
    return FaceFinder.start(await loadMediaPipe(files), models);
  }

  /** As `create`, for a host that has compiled MediaPipe itself. */
  static async start(mediaPipe: MediaPipe, models: FaceModels): Promise<FaceFinder> {
    const fullRange = await createBlazeFace(mediaPipe, models.fullRange);
    const shortRange = await createBlazeFace(mediaPipe, models.shortRange);
    // The first look takes half a second; better now, while pictures are still being fetched.
    const blank = { width: 64, height: 64, data: new Uint8ClampedArray(64 * 64 * 4) };
    for (const network of [fullRange, shortRange]) network.detect(blank);
    return new FaceFinder(fullRange, shortRange);
  }

  /** @returns faces in pixels of the picture, largest first, at most `maxFaces`. */
  find(picture: Viewable, { minFacePx, tiles }: FindOptions): RawFace[] {
    const whole: Box = [0, 0, picture.width, picture.height];
    const view = viewOf(picture, whole, viewPx);
    let found = likely(this.#fullRange, view).map((face) => fullCandidate(face, view, whole));
    found = addNewFaces(
      found,
      likely(this.#shortRange, view).map((face) => shortCandidate(face, view, whole)),
    );
    if (tiles) {
      const side = Math.max(minTilePx, minFacePx / findableShare);
      const group = found.length >= groupFaces ? longer(whole) * groupTileShare : side;
      found = addNewFaces(found, this.#lookAtTiles(picture, Math.min(side, group)));
    }
    const byArea = (a: RawFace, b: RawFace) => area(b.box) - area(a.box);
    let looks = 0;
    const settled = found.toSorted(byArea).flatMap((face) => {
      if (face.precise || longer(face.box) < minFacePx) return [face];
      return looks++ < maxSecondLooks ? this.#lookAgain(picture, face) : [face];
    });
    return addNewFaces([], settled).toSorted(byArea).slice(0, maxFaces);
  }

  close() {
    this.#fullRange.close();
    this.#shortRange.close();
  }

  #lookAtTiles(picture: Viewable, side: number): Candidate[] {
    return tilesOf(picture.width, picture.height, side, maxTiles).flatMap((tile) => {
      const view = viewOf(picture, tile, viewPx);
      return likely(this.#fullRange, view)
        .map((face) => ({ ...fullCandidate(face, view, tile), precise: false }))
        .filter(({ box }) => !isCutBy(box, tile, picture));
    });
  }

  /** The face's box from a closer look; none if it turns out to be no face. */
  #lookAgain(picture: Viewable, face: Candidate): RawFace[] {
    const [x, y, width, height] = face.box;
    const side = longer(face.box) * secondLookWidth;
    const region: Box = [x + width / 2 - side / 2, y + height / 2 - side / 2, side, side];
    const view = viewOf(picture, region, secondViewPx);
    const [closest] = this.#fullRange
      .detect(view)
      .map((seen) => fullCandidate(seen, view, region))
      .map((seen) => ({ seen, away: distance(seen.box, face.box) }))
      // Nearer to another face than half a box: that is the neighbour.
      .filter(({ away }) => away < longer(face.box) / 2)
      .toSorted((a, b) => a.away - b.away);
    if (!closest) return face.confidence >= sureConfidence ? [face] : [];
    return [{ ...closest.seen, confidence: Math.max(closest.seen.confidence, face.confidence) }];
  }
}

function likely(network: BlazeFace, view: RgbaView): RawFace[] {
  return network.detect(view).filter(({ confidence }) => confidence >= foundConfidence);
}

function area(box: Box): number {
  return box[2] * box[3];
}

function longer(box: Box): number {
  return Math.max(box[2], box[3]);
}

function distance(a: Box, b: Box): number {
  return Math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2);
}

/** The region with its longer side reduced (never enlarged beyond twice) to `px`. */
function viewOf(picture: Viewable, region: Box, px: number): RgbaView {
  const scale = Math.min(2, px / longer(region));
  return picture.view(
    region,
    Math.max(1, Math.round(region[2] * scale)),
    Math.max(1, Math.round(region[3] * scale)),
  );
}

function toPicture(box: Box, view: RgbaView, region: Box): Box {
  const across = region[2] / view.width;
  const down = region[3] / view.height;
  return [region[0] + box[0] * across, region[1] + box[1] * down, box[2] * across, box[3] * down];
}

function fullCandidate({ box, confidence }: RawFace, view: RgbaView, region: Box): Candidate {
  const precise = longer(box) >= preciseShare * Math.max(view.width, view.height);
  return { box: toPicture(box, view, region), confidence, precise };
}

function shortCandidate({ box, confidence }: RawFace, view: RgbaView, region: Box): Candidate {
  const [x, y, width, height] = toPicture(box, view, region);
  const grown = { width: width * shortToFull.scale, height: height * shortToFull.scale };
  return {
    box: [
      x + width / 2 - grown.width / 2,
      y + height / 2 + height * shortToFull.down - grown.height / 2,
      grown.width,
      grown.height,
    ],
    confidence,
    precise: false,
  };
}

/** True where the box touches an edge of the tile that is not an edge of the picture. */
function isCutBy([x, y, width, height]: Box, tile: Box, picture: Viewable): boolean {
  return (
    (x < tile[0] && tile[0] > 0) ||
    (y < tile[1] && tile[1] > 0) ||
    (x + width > tile[0] + tile[2] && tile[0] + tile[2] < picture.width) ||
    (y + height > tile[1] + tile[3] && tile[1] + tile[3] < picture.height)
  );
}
