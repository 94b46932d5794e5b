/** One video of one page: its frames come in halves, its verdict grows with each. */
import type { DetectorDescription, FoundFaces, ScoredFrame } from "../../model/detector/types";
import type { Verdict } from "../../model/verdict/verdict";
import { VideoVerdict } from "../../model/verdict/video";
import { maxThumbnails } from "./thumbnails";

export class VideoScan {
  readonly #aggregate: VideoVerdict;
  /** Of each track, its face as it was scored strongest. */
  readonly #thumbnails = new Map<number, { logit: number; url: string }>();
  /** The frame that waits for its crops: when it came, and when they were asked for. */
  pending: { found: FoundFaces; time: number; since: number; askedAt: number } | null = null;

  constructor({ calibration, model }: DetectorDescription) {
    this.#aggregate = new VideoVerdict(calibration, model);
  }

  add({ frame, thumbnails }: ScoredFrame): { verdict: Verdict; thumbnails: string[] } {
    const tracked = this.#aggregate.add(frame);
    for (const [index, url] of thumbnails.entries()) {
      const { track, logit } = tracked.faces[index] ?? {};
      if (track === undefined || typeof logit !== "number") continue;
      const shown = this.#thumbnails.get(track);
      if (!shown || logit > shown.logit) this.#thumbnails.set(track, { logit, url });
    }
    const verdict = this.#aggregate.verdict();
    const tracks = verdict.faces.map((face) => face.track as number);
    for (const track of this.#thumbnails.keys()) {
      if (!tracks.includes(track)) this.#thumbnails.delete(track);
    }
    return {
      verdict,
      // In the order of the verdict's faces, strongest first.
      thumbnails: tracks
        .flatMap((track) => this.#thumbnails.get(track)?.url ?? [])
        .slice(0, maxThumbnails),
    };
  }
}
