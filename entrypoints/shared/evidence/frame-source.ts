/** Sharp frames of a request's video for somebody who looks at its moments, while its file is at hand. */
import { type OpenVideo, openVideo } from "../../scan/video-frames";
import type { Evidence } from "./evidence";
import { bytesAtHand } from "./medium-file";
import type { EvidenceRequest } from "./request";

export class FrameSource {
  readonly #request: EvidenceRequest;
  #video: Promise<OpenVideo> | null = null;
  /** Moments are looked up one after the other; those no longer wanted are passed over. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(request: EvidenceRequest) {
    this.#request = request;
  }

  has({ kind, file }: Partial<Evidence>): boolean {
    return kind === "video" && file !== undefined && bytesAtHand(this.#request) !== undefined;
  }

  /** @throws VideoError; whatever `signal` was aborted with. */
  readonly frameAt = (time: number, signal: AbortSignal): Promise<ImageBitmap> => {
    const turn = this.#last.then(async () => {
      signal.throwIfAborted();
      const file = bytesAtHand(this.#request);
      if (!file) throw new Error("the file is not at hand");
      this.#video ??= openVideo(file);
      const { frame } = await (await this.#video).frameAt(time);
      return frame;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  };

  close() {
    const video = this.#video;
    this.#video = null;
    video?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }
}
