/** How far a scan has come, on standard error: a bar in a terminal, now and then a line elsewhere. */
import { SingleBar } from "cli-progress";

/** Logs want few lines. */
const lineEveryMs = 30_000;

export interface Progress {
  step(done: number): void;
  note(text: string): void;
  stop(): void;
}

export function showProgress(total: number): Progress {
  return process.stderr.isTTY ? bar(total) : lines(total);
}

function bar(total: number): Progress {
  const progress = new SingleBar({
    format: "{bar} {value} of {total} files · {rate}/s · {eta_formatted} left",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50,
  });
  const started = Date.now();
  const rate = (done: number) => ({ rate: perSecond(done, started) });
  progress.start(total, 0, rate(0));
  return {
    step: (done) => progress.update(done, rate(done)),
    note: (text) => process.stderr.write(`\r\x1b[K${text}\n`),
    stop: () => progress.stop(),
  };
}

function lines(total: number): Progress {
  const started = Date.now();
  let last = started;
  return {
    step(done) {
      if (Date.now() - last < lineEveryMs) return;
      last = Date.now();
      process.stderr.write(`${done} of ${total} files, ${perSecond(done, started)}/s\n`);
    },
    note: (text) => process.stderr.write(`${text}\n`),
    stop: () => undefined,
  };
}

function perSecond(done: number, started: number): string {
  return ((done * 1000) / Math.max(Date.now() - started, 1)).toFixed(1);
}
