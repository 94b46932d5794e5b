/**
 * Sampled frames of one video → one verdict that can be asked for after every frame. Faces are
 * followed by overlap from frame to frame; each track speaks through the robust mean of its logits.
 */
import { type Calibration, levelOf, scoreOf } from "../calibration/calibration";
import { overlap } from "./overlap";
import { abstain, reasonOf } from "./picture";
import type { Box, FaceResult, FrameResult, Level, Verdict } from "./verdict";

/**
 * Scored frames a track needs before it may be called suspicious: motion blur, a turned head or a
 * cross-fade raises single frames of real videos, and four frames at the usual pace are under three
 * seconds, soon enough for a flag.
 */
export const minScoredFrames = 4;

/**
 * Overlap with a track's last box that makes a face its continuation. Low, because samples lie
 * about half a second apart and heads move; two faces side by side hardly overlap at all.
 */
const sameFaceOverlap = 0.2;

/**
 * A face is compared with where a track was at the nearest moment, if that is at most so many
 * seconds away. The nearest need not be the last: short videos loop, and people seek.
 */
const maxGapSeconds = 5;

/** Share of the logits dropped at each end before the mean. */
const trimmedShare = 0.2;

/** Frames kept in the verdict, which is sent after each: a stream may play for hours. */
const maxKeptFrames = 240;
/** Sightings kept of a track unless asked otherwise: the latest, five minutes at two a second. */
const usualSightings = 600;
/** Faces that come and go in a crowd or a long stream; the least supported track is forgotten. */
const maxTracks = 64;

interface Sighting {
  time: number;
  box: Box;
  logit: number | null;
}

interface Track {
  id: number;
  sightings: Sighting[];
  /** The face as seen last, and as scored strongest for its box and map. */
  last: FaceResult;
  strongest: FaceResult | null;
}

function logitsOf(track: Track): number[] {
  return track.sightings.flatMap(({ logit }) => (logit === null ? [] : [logit]));
}

/** Mean without the lowest and highest fifth. @throws RangeError for an empty list. */
export function trimmedMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("mean of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  const drop = Math.floor(sorted.length * trimmedShare);
  const kept = sorted.slice(drop, sorted.length - drop);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** Caps a level that rests on too few frames. */
function cappedLevel(level: Level, scoredFrames: number): Level {
  const flagged = level === "suspicious" || level === "strong";
  return flagged && scoredFrames < minScoredFrames ? "unsure" : level;
}

export class VideoVerdict {
  readonly #calibration: Calibration;
  readonly #model: string;
  readonly #maxSightings: number;
  readonly #frames: FrameResult[] = [];
  readonly #tracks: Track[] = [];
  #nextTrack = 0;

  /** @param maxSightings that a track speaks for; a video looked at as a whole wants all of them. */
  constructor(calibration: Calibration, model: string, maxSightings = usualSightings) {
    this.#calibration = calibration;
    this.#model = model;
    this.#maxSightings = maxSightings;
  }

  /**
   * Takes the next sampled frame; `frame.time` must not be null. Seeking back and looping are fine.
   *
   * @returns the frame with the track number of every face.
   */
  add(frame: FrameResult): FrameResult {
    const time = frame.time ?? 0;
    const tracked = { ...frame, faces: this.#follow(frame.faces, time) };
    // The maps are most of a frame's weight, and the strongest of each track is kept with it.
    const light = tracked.faces.map(({ map: _, ...face }) => face);
    this.#frames.push({ ...tracked, faces: light });
    if (this.#frames.length > maxKeptFrames) this.#frames.shift();
    return tracked;
  }

  /** The verdict on what was seen so far. */
  verdict(): Verdict {
    const faces = this.#tracks
      .map((track) => this.#faceOf(track))
      .toSorted((a, b) => (b.logit ?? -Infinity) - (a.logit ?? -Infinity));
    const scored = this.#tracks.map(logitsOf).filter((logits) => logits.length > 0);
    if (scored.length === 0) {
      const seen = this.#frames.flatMap((frame) => frame.faces);
      return { ...abstain(reasonOf(seen), this.#model), faces, frames: [...this.#frames] };
    }
    // The strongest track decides, but one with enough frames goes before one without: a single
    // odd frame must not hide a flag that is well supported, nor raise one.
    const enough = scored.filter((logits) => logits.length >= minScoredFrames);
    const deciding = (enough.length > 0 ? enough : scored)
      .map((logits) => ({ logit: trimmedMean(logits), frames: logits.length }))
      .reduce((a, b) => (b.logit > a.logit ? b : a));
    return {
      level: cappedLevel(levelOf(deciding.logit, this.#calibration), deciding.frames),
      reason: null,
      logit: deciding.logit,
      score: scoreOf(deciding.logit, this.#calibration),
      faces,
      frames: [...this.#frames],
      model: this.#model,
    };
  }

  /** Greedy matching, best overlap first; each track takes one face of a frame. */
  #follow(faces: readonly FaceResult[], time: number): FaceResult[] {
    const near = this.#tracks.flatMap((track) => {
      const box = boxNear(track, time);
      return box ? [{ track, box }] : [];
    });
    const pairs = faces
      .flatMap((face, index) =>
        near.map(({ track, box }) => ({ index, track, shared: overlap(face.box, box) })),
      )
      .filter(({ shared }) => shared >= sameFaceOverlap)
      .toSorted((a, b) => b.shared - a.shared);
    const matched = new Map<number, Track>();
    const taken = new Set<Track>();
    for (const { index, track } of pairs) {
      if (matched.has(index) || taken.has(track)) continue;
      matched.set(index, track);
      taken.add(track);
    }
    return faces.map((face, index) => {
      const track = matched.get(index) ?? this.#open(face);
      extend(track, face, time, this.#maxSightings);
      return { ...face, track: track.id };
    });
  }

  #open(face: FaceResult): Track {
    const [weakest] = this.#tracks.toSorted((a, b) => a.sightings.length - b.sightings.length);
    if (weakest && this.#tracks.length >= maxTracks) {
      this.#tracks.splice(this.#tracks.indexOf(weakest), 1);
    }
    const track: Track = { id: this.#nextTrack++, sightings: [], last: face, strongest: null };
    this.#tracks.push(track);
    return track;
  }

  #faceOf(track: Track): FaceResult {
    const shown = { ...(track.strongest ?? track.last), track: track.id };
    const logits = logitsOf(track);
    if (logits.length === 0) return shown;
    const logit = trimmedMean(logits);
    return {
      ...shown,
      logit,
      score: scoreOf(logit, this.#calibration),
      level: cappedLevel(levelOf(logit, this.#calibration), logits.length),
    };
  }
}

/** Where the track was at the sighting nearest in time; null if that is too far away. */
function boxNear(track: Track, time: number): Box | null {
  let nearest: Sighting | null = null;
  let gap = maxGapSeconds;
  // Latest first, so that of equally near sightings the newer counts.
  for (const sighting of track.sightings.toReversed()) {
    const away = Math.abs(sighting.time - time);
    if (away < gap || (away === gap && !nearest)) {
      nearest = sighting;
      gap = away;
    }
  }
  return nearest?.box ?? null;
}

function extend(track: Track, face: FaceResult, time: number, maxSightings: number) {
  const { box, logit } = face;
  track.sightings.push({ time, box, logit });
  if (track.sightings.length > maxSightings) track.sightings.shift();
  track.last = face;
  if (logit !== null && logit > (track.strongest?.logit ?? -Infinity)) track.strongest = face;
}
