/** What the student can run on; `describe` reports the one in use and how it was chosen. */
export const backendNames = ["webgl", "wasm", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** One line of the start-up probe. */
export interface ProbeResult {
  backend: BackendName;
  /** Milliseconds of the first prediction (compiling included) and of a later one; null if it failed. */
  warmMs: number | null;
  timedMs: number | null;
  /** Why it cannot be used ("no WebGL here", "took longer than 4 s"). */
  failure?: string;
}
