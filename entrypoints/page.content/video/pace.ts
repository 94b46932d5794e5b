/** How often a video is sampled: as often as the detector keeps up with, less when it tells little. */

export interface PaceInput {
  /** Time the detector took for the last frame; 0 before the first. */
  tookMs: number;
  /** Frames sampled so far. */
  frames: number;
  batteryLow: boolean;
  /** Frames come from pictures of the tab, of which Chrome allows few. */
  captured: boolean;
}

/** The detector rests two thirds of the time, so that the page and other media get their share. */
const restFactor = 3;
const minIntervalMs = 300;
const maxIntervalMs = 6000;
const minCaptureIntervalMs = 1000;
/**
 * Later frames of a long video seldom change the verdict on a track: a frame a second after about
 * ten seconds, then one in three.
 */
const settledFrames = 24;
const settledIntervalMs = 1000;
const longFrames = 120;
const longIntervalMs = 3000;
const batteryFactor = 3;

/** Milliseconds from one sample to the next. */
export function sampleInterval({ tookMs, frames, batteryLow, captured }: PaceInput): number {
  const floor =
    frames >= longFrames
      ? longIntervalMs
      : frames >= settledFrames
        ? settledIntervalMs
        : captured
          ? minCaptureIntervalMs
          : minIntervalMs;
  const interval = Math.max(floor, tookMs * restFactor) * (batteryLow ? batteryFactor : 1);
  return Math.min(maxIntervalMs, interval);
}

interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}

const lowLevel = 0.2;
let battery: Battery | null = null;
let asked = false;

/** Whether the device runs on a battery that is nearly empty; false where nobody tells. */
export function isBatteryLow(): boolean {
  if (!asked) {
    asked = true;
    // Secure contexts only, and not in every browser.
    const { getBattery } = navigator as { getBattery?: () => Promise<Battery> };
    getBattery?.call(navigator).then(
      (manager) => {
        battery = manager;
      },
      () => {},
    );
  }
  return battery !== null && !battery.charging && battery.level <= lowLevel;
}
