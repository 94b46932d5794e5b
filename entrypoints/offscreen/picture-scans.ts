/** Pictures: fetch, look into the memory of results, analyse, remember. */
import type { PictureAnalysis } from "../../model/detector/types";
import { sha256Hex } from "../../model/package/digest";
import { abstain } from "../../model/verdict/picture";
import type { Verdict } from "../../model/verdict/verdict";
import type { ToDetector } from "../shared/messages";
import { refusalOf } from "./address-guard";
import type { DetectorWorker } from "./detector-worker";
import { FetchRefused, fetchPicture } from "./fetch-picture";
import { Recent } from "./recent";

export type PictureSource = Extract<ToDetector, { type: "scan-image" }>["source"];

export interface PictureResult {
  verdict: Verdict;
  thumbnails: string[];
  sha256?: string;
}

/** Runs a piece of work when it is its turn to use the detector. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Results of some twenty kilobytes each, thumbnails mostly. */
const rememberedResults = 400;
/** An address may show another picture later; until then a feed that scrolls back is free. */
const addressLifetimeMs = 10 * 60_000;

export class PictureScans {
  readonly #detector: DetectorWorker;
  readonly #byContent = new Recent<string, PictureResult>(rememberedResults);
  readonly #byAddress = new Recent<string, { sha256: string; until: number }>(rememberedResults);

  constructor(detector: DetectorWorker) {
    this.#detector = detector;
  }

  /**
   * @param pageUrls of the frame that shows it and of its tab.
   * @throws DetectorError; whatever `signal` was aborted with.
   */
  async scan(
    source: PictureSource,
    pageUrls: readonly (string | undefined)[],
    inTurn: InTurn,
    signal: AbortSignal,
  ): Promise<PictureResult> {
    let bytes: ArrayBuffer;
    if (source.kind === "bytes") bytes = source.bytes;
    else {
      // Not for a page that may not fetch it: it would learn what others have looked at.
      const allowed = refusalOf(source.url, pageUrls) === null;
      const known = allowed ? this.#known(source.url) : undefined;
      if (known) return known;
      try {
        bytes = (await fetchPicture(source.url, pageUrls, signal)).buffer;
      } catch (error) {
        if (!(error instanceof FetchRefused)) throw error;
        const { model } = await this.#detector.describe();
        return { verdict: abstain("unreadable", model, error.message), thumbnails: [] };
      }
    }
    const sha256 = await sha256Hex(new Uint8Array(bytes));
    signal.throwIfAborted();
    const result =
      this.#byContent.get(sha256) ?? (await inTurn(() => this.#analyse(bytes, sha256)));
    // What could not be read now (too busy, perhaps) may be readable next time.
    if (result.verdict.reason !== "unreadable") {
      this.#byContent.set(sha256, result);
      if (source.kind === "url") {
        this.#byAddress.set(source.url, { sha256, until: Date.now() + addressLifetimeMs });
      }
    }
    return result;
  }

  async #analyse(bytes: ArrayBuffer, sha256: string): Promise<PictureResult> {
    // The same picture may have been ahead in the line.
    const known = this.#byContent.get(sha256);
    if (known) return known;
    return pick(await this.#detector.analysePicture(bytes, sha256));
  }

  #known(url: string): PictureResult | undefined {
    const entry = this.#byAddress.get(url);
    return entry && entry.until > Date.now() ? this.#byContent.get(entry.sha256) : undefined;
  }
}

function pick({ verdict, thumbnails, sha256 }: PictureAnalysis): PictureResult {
  return { verdict, thumbnails, sha256 };
}
