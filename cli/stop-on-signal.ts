/** Ctrl-C as a command should take it: the first ends the work in good order, another one at once. */

/** npm and tsx pass on what the terminal has sent us already: that is one signal, not two. */
const repeatMs = 1000;

/** Aborted by the first SIGINT or SIGTERM; a later one ends the process with status 130. */
export function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  let stoppedAt = 0;
  const onSignal = () => {
    if (stop.signal.aborted && Date.now() - stoppedAt > repeatMs) process.exit(130);
    stoppedAt ||= Date.now();
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return stop.signal;
}
