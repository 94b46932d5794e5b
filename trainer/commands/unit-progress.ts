// Progress of preparing on standard error: videos and pictures done, with speed and time left.
import { SingleBar } from "cli-progress";
import { duration } from "./progress";

/** A log wants few lines. */
const LINE_EVERY_MS = 30_000;

export interface UnitProgress {
  unit(progress: { done: number; all: number; pictures: number }): void;
  stop(): void;
}

/** A bar on a terminal, a line now and then in a log. */
export function unitProgress(): UnitProgress {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: "{bar} {value}/{total} | {speed} images/s | {eta_formatted} left",
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
      })
    : null;
  const begun = Date.now();
  let first: number | null = null;
  let printed = begun;
  return {
    unit({ done, all, pictures }) {
      if (first === null) bar?.start(all, done - 1, { speed: "–" });
      first ??= done - 1;
      const elapsed = Math.max(1, Date.now() - begun);
      const speed = ((1000 * pictures) / elapsed).toFixed(1);
      bar?.update(done, { speed });
      if (bar || Date.now() - printed < LINE_EVERY_MS) return;
      printed = Date.now();
      const left = duration(((all - done) * elapsed) / (done - first));
      console.error(`${done}/${all}, ${speed} images/s, ${left} left`);
    },
    stop: () => bar?.stop(),
  };
}
