/** Whether list and evidence stand side by side; the style sheet asks the same question. */
import { useEffect, useState } from "preact/hooks";

/** As in `sidepanel.css`. */
const wideQuery = "(width >= 860px)";

export function useIsWide(): boolean {
  const [isWide, setIsWide] = useState(() => matchMedia(wideQuery).matches);
  useEffect(() => {
    const query = matchMedia(wideQuery);
    const changed = () => setIsWide(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return isWide;
}
