/** What the store holds now, and again whenever it changes, in this window or another. */
import { useEffect, useState } from "preact/hooks";
import type { CaseStore } from "../../entrypoints/shared/cases/store";

export interface Live<T> {
  /** Undefined until the first answer; the last good one after a problem. */
  value: T | undefined;
  problem: Error | null;
}

/** @param keys a change of these asks anew. */
export function useLive<T>(
  store: CaseStore,
  query: () => Promise<T>,
  keys: readonly unknown[],
): Live<T> {
  const [live, setLive] = useState<Live<T>>({ value: undefined, problem: null });
  useEffect(() => {
    const over = new AbortController();
    setLive({ value: undefined, problem: null });
    store.watch(
      query,
      (value) => setLive({ value, problem: null }),
      (problem) => setLive(({ value }) => ({ value, problem })),
      over.signal,
    );
    return () => over.abort();
  }, [store, ...keys]);
  return live;
}
