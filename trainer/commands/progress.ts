// Progress of a long stage on standard error: a bar on a terminal, a line now and then in a log.
import { SingleBar } from "cli-progress";

/** Logs want few lines. */
const lineEveryMs = 30_000;

export interface Progress {
  step(step: number, loss: number, picturesPerSecond: number): void;
  message(text: string): void;
  stop(): void;
}

/** @param total steps of the stage. */
export function showProgress(total: number): Progress {
  return process.stderr.isTTY ? bar(total) : lines(total);
}

function bar(total: number): Progress {
  const single = new SingleBar({
    format: "{bar} {value}/{total} | loss {loss} | {speed} images/s | {left} left",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  const left = timeLeft(total);
  let isStarted = false;
  return {
    step(step, loss, picturesPerSecond) {
      const shown = {
        loss: loss.toFixed(4),
        speed: picturesPerSecond.toFixed(1),
        left: left(step),
      };
      if (isStarted) single.update(step, shown);
      else single.start(total, step, shown);
      isStarted = true;
    },
    message: (text) => process.stderr.write(`${isStarted ? "\r\x1b[K" : ""}${text}\n`),
    stop: () => single.stop(),
  };
}

function lines(total: number): Progress {
  const left = timeLeft(total);
  let last = Date.now();
  return {
    step(step, loss, picturesPerSecond) {
      const remaining = left(step);
      if (Date.now() - last < lineEveryMs) return;
      last = Date.now();
      console.error(
        `${step}/${total} loss ${loss.toFixed(4)} ${picturesPerSecond.toFixed(1)} images/s, ${remaining} left`,
      );
    },
    message: (text) => console.error(text),
    stop: () => {},
  };
}

/** From the steps since the first one seen: a resumed run does not start at 0. */
function timeLeft(total: number): (step: number) => string {
  let first: { step: number; at: number } | undefined;
  return (step) => {
    first ??= { step, at: Date.now() };
    const done = step - first.step;
    if (done === 0) return "?";
    return duration(((Date.now() - first.at) / done) * (total - step));
  };
}

/** `12 s`, `5 min`, `3 h 20 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
