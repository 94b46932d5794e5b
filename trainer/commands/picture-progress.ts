// Progress of measuring on standard error: pictures done and images per second, phase by phase.
import { SingleBar } from "cli-progress";

/** Logs want few lines. */
const lineEveryMs = 30_000;

export interface PictureProgress {
  /** A new phase starts when its name changes. */
  report(phase: string, done: number, total: number): void;
  stop(): void;
}

export function pictureProgress(): PictureProgress {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: "{phase} {bar} {value}/{total} | {speed} images/s | {eta_formatted} left",
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
      })
    : null;
  let current: { phase: string; start: number; lastLine: number } | null = null;
  return {
    report(phase, done, total) {
      const now = Date.now();
      if (current?.phase !== phase) {
        bar?.stop();
        current = { phase, start: now, lastLine: now };
        bar?.start(total, done, { phase, speed: "–" });
      }
      const seconds = (now - current.start) / 1000;
      const speed = seconds > 0 ? (done / seconds).toFixed(1) : "–";
      bar?.update(done, { phase, speed });
      const isDue = done >= total || now - current.lastLine >= lineEveryMs;
      if (bar || !isDue) return;
      current.lastLine = now;
      console.error(`${phase}: ${done}/${total}, ${speed} images/s`);
    },
    stop: () => bar?.stop(),
  };
}
