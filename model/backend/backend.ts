/**
 * What the student can run on, and what the start-up probe tells of it. Apart from the probe, so
 * that pages can name a backend without loading one.
 */

/** In the order they are tried. */
export const backendNames = ["webgl", "wasm", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** One line of the start-up probe. */
export interface ProbeResult {
  backend: BackendName;
  /** Milliseconds from nothing to the first logit, compiling and self-test included; null if it failed. */
  warmMs: number | null;
  /** Milliseconds of one face once warm; null if it failed. */
  timedMs: number | null;
  /** Why it is not used ("there is no WebGL here"). */
  failure?: string;
}
