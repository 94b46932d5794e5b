/** At which moments a video is looked at when it is looked at closely: all of it, evenly. */

/** Steps in seconds, each for videos up to so many seconds: what a person will wait for. */
const steps = [
  { step: 0.25, upToSeconds: 60 },
  { step: 0.5, upToSeconds: 600 },
  { step: 1, upToSeconds: 1800 },
] as const;
/** Over longer steps the verdict follows no face. */
const longestStep = 2;
/** Two hours; beyond that the end is not looked at, and the evidence says so. */
const mostTimes = 3600;

export interface DensePlan {
  /** Seconds between moments. */
  step: number;
  /** Rising moments, seconds. */
  times: number[];
}

/** @param duration seconds; unknown ones are looked at from the start for as long as there is. */
export function densePlan(duration: number): DensePlan {
  if (!(duration > 0) || !Number.isFinite(duration)) return { step: longestStep, times: [0] };
  const step = steps.find(({ upToSeconds }) => duration <= upToSeconds)?.step ?? longestStep;
  const count = Math.min(mostTimes, Math.max(1, Math.round(duration / step)));
  return { step, times: Array.from({ length: count }, (_, i) => (i + 0.5) * step) };
}
