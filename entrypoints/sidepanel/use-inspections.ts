/** The inspections as a hook: always as they are now. */
import { useEffect, useState } from "preact/hooks";
import type { Inspection, Inspections } from "./inspections";

export function useInspections(store: Inspections): readonly Inspection[] {
  const [all, setAll] = useState(store.all);
  useEffect(() => {
    setAll(store.all);
    return store.subscribe(() => setAll(store.all));
  }, [store]);
  return all;
}
