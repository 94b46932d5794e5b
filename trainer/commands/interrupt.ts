// Ctrl-C as training takes it: the first finishes the step and saves, another one quits at once.

/** Exit status of a command that was interrupted, saved or not: 128 + SIGINT, as shells have it. */
export const INTERRUPTED = 130;

/** npm and tsx pass on what the terminal has sent us already: that is one signal, not two. */
const repeatMs = 1000;

/** Aborted by the first SIGINT or SIGTERM (which is what schedulers send before they kill). */
export function interruptSignal(): AbortSignal {
  const interrupt = new AbortController();
  let firstAt = 0;
  const onSignal = () => {
    if (interrupt.signal.aborted) {
      if (Date.now() - firstAt > repeatMs) process.exit(INTERRUPTED);
      return;
    }
    firstAt = Date.now();
    console.error("\nfinishing the step and saving; once more to quit without");
    interrupt.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return interrupt.signal;
}
