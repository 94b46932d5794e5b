// What every stage must agree on, once: were a picture held out in one stage and fitted in the next,
// no figure of the run would mean anything.

/** Rows that no stage fits: the experiment asks how a student does on what it never saw the like of. */
export interface LeaveOut {
  /** Values of the manifest's `generator`. */
  generators: readonly string[];
  /** Values of the manifest's `source`. */
  sources: readonly string[];
}

export interface CommonSettings {
  /** Side of the crop in units of the detector's box. */
  cropMargin: number;
  /** Share of each source's groups held out of fitting, for every choice. */
  heldOutShare: number;
  /** Splits whose pictures are fitted. Absent, as in runs older than this knob: `train` alone. */
  splits?: readonly string[];
  /** Absent in runs older than this knob: nothing is left out. */
  leaveOut?: LeaveOut;
  /** Of splits, batches, order and random initial weights. */
  seed: number;
  /** Threads that make batches. */
  workers: number;
}

export const COMMON_DEFAULTS = {
  // The box spans brows to chin; 1.3 brings the blending boundary and a little background in.
  cropMargin: 1.3,
  heldOutShare: 0.15,
  leaveOut: { generators: [], sources: [] },
  seed: 1,
  workers: 1,
} satisfies CommonSettings;

/** Where `splits` is absent. */
export const FITTED_SPLITS: readonly string[] = ["train"];

/** Whether anything but `train` is fitted: then figures of `val` are of pictures that were learnt. */
export function isRefit(splits: readonly string[]): boolean {
  return splits.some((name) => !FITTED_SPLITS.includes(name));
}

/** Side of the students' and the teacher's input in pixels. */
export const INPUT_SIZE = 160;

/** Share of the labels that the few-label stages use. */
export const LABEL_FRACTION = 0.1;
