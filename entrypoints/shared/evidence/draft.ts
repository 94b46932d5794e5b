/** Evidence while it is gathered: takes parts in, tells the page of each. */
import type { Evidence } from "./evidence";
import type { EvidenceDraft, EvidencePart, OnEvidenceProgress } from "./request";

export class Draft {
  #evidence: EvidenceDraft;
  #pending: EvidencePart[];
  #doing = "";
  #share: number | undefined;
  readonly #onProgress: OnEvidenceProgress;

  constructor(
    evidence: EvidenceDraft,
    pending: readonly EvidencePart[],
    onProgress: OnEvidenceProgress,
  ) {
    this.#evidence = evidence;
    this.#pending = [...pending];
    this.#onProgress = onProgress;
  }

  get evidence(): EvidenceDraft {
    return this.#evidence;
  }

  /** Adds fields; `done` are the parts that are thereby complete. */
  set(fields: Partial<Evidence>, ...done: EvidencePart[]) {
    this.#evidence = { ...this.#evidence, ...fields };
    this.#pending = this.#pending.filter((part) => !done.includes(part));
    this.#report();
  }

  /** @param share of it that is done, 0 to 1. */
  doing(what: string, share?: number) {
    this.#doing = what;
    this.#share = share;
    this.#report();
  }

  #report() {
    this.#onProgress({
      evidence: this.#evidence,
      pending: this.#pending,
      doing: this.#doing,
      ...(this.#share !== undefined && { share: this.#share }),
    });
  }
}
