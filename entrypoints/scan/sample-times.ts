/** At which moments a video file is looked at. */

const fewest = 8;
const most = 32;
/** Longest step between samples over which the verdict still follows a face, with room to spare. */
const longestStepSeconds = 2;
/**
 * Longer videos are looked at in several places, long enough in each that a face there can be
 * flagged: a verdict follows no face across minutes.
 */
const places = 6;
const samplesPerPlace = 6;

/**
 * @param duration of the video, seconds.
 * @returns rising moments in seconds, none at the very start or end, where fades are.
 */
export function sampleTimes(duration: number): number[] {
  if (!(duration > 0) || !Number.isFinite(duration)) return [0];
  if (duration <= most * longestStepSeconds) {
    return spread(duration, Math.min(Math.max(Math.round(duration), fewest), most));
  }
  return spread(duration, places).flatMap((middle) =>
    Array.from({ length: samplesPerPlace }, (_, i) => middle + i - (samplesPerPlace - 1) / 2),
  );
}

/** The middles of `count` equal parts. */
function spread(duration: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i + 0.5) * duration) / count);
}
