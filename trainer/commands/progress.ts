// Progress of a long stage: a bar on a terminal, a line now and then in a log file.
import cliProgress from "cli-progress";

const LOG_EVERY_STEPS = 50;

/** Reports steps, loss and speed on standard error. */
export function stepProgress(total: number) {
  const bar = process.stderr.isTTY
    ? new cliProgress.SingleBar({
        format: "{bar} {value}/{total} | loss {loss} | {speed} pictures/s | {eta_formatted} left",
        hideCursor: true,
      })
    : null;
  let started = false;
  return {
    step(step: number, loss: number, picturesPerSecond: number) {
      const shown = { loss: loss.toFixed(4), speed: picturesPerSecond.toFixed(0) };
      if (bar) {
        if (!started) bar.start(total, step, shown);
        else bar.update(step, shown);
        started = true;
      } else if (step % LOG_EVERY_STEPS === 0) {
        console.error(`${step}/${total} loss ${shown.loss} ${shown.speed} pictures/s`);
      }
    },
    message(text: string) {
      console.error(text);
    },
    stop() {
      bar?.stop();
    },
  };
}
