/**
 * A list of a thousand rows of which only those in sight exist. Rows keep their place on the screen
 * when others come or go above them. One row can be reached with Tab; arrow keys, Page Up and Down,
 * Home and End go from row to row.
 */
import type { ComponentChildren } from "preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { offsetsOf, rowAt, rowsBetween } from "./window-of-rows";

export interface VirtualRow {
  key: string;
  /** CSS pixels; fixed, so that nothing has to be measured. */
  height: number;
  /** Whether the keyboard stops here; headings are passed over. */
  isStop: boolean;
}

interface Props<R extends VirtualRow> {
  rows: readonly R[];
  label: string;
  /** Draws a row; the element to focus carries `data-stop` and this `tabIndex`. */
  draw(row: R, tabIndex: 0 | -1): ComponentChildren;
}

/** Drawn beyond the edges, so that a turn of the wheel shows no empty rows. */
const overscanPx = 400;

export function VirtualList<R extends VirtualRow>({ rows, label, draw }: Props<R>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [{ top, height }, setView] = useState({ top: 0, height: 800 });
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const offsets = useMemo(() => offsetsOf(rows.map((row) => row.height)), [rows]);
  const anchors = useRef<{ key: string; y: number }[]>([]);
  const stops = useMemo(() => rows.flatMap((row, index) => (row.isStop ? [index] : [])), [rows]);
  const activeIndex = indexOfActive(rows, stops, activeKey);

  const read = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const next = { top: element.scrollTop, height: element.clientHeight };
    setView((now) => (now.top === next.top && now.height === next.height ? now : next));
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const sizes = new ResizeObserver(read);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [read]);

  // After the rows have changed: what is in sight stays where it is.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    // At the very top one wants to see the strongest, whatever was there before.
    if (element.scrollTop > 0) {
      const places = new Map(rows.map((row, index) => [row.key, offsets[index] ?? 0]));
      const tops = anchors.current.flatMap(({ key, y }) => {
        const place = places.get(key);
        return place === undefined ? [] : [place - y];
      });
      // The middle one: a row that moved far away by itself must not take the others along.
      const middle = tops.toSorted((a, b) => a - b)[tops.length >> 1];
      if (middle !== undefined) element.scrollTop = middle;
    }
    read();
  }, [rows, offsets, read]);

  useLayoutEffect(() => {
    anchors.current = anchorsOf(rows, offsets, top, height);
  }, [rows, offsets, top, height]);

  const [first, last] = rowsBetween(offsets, top - overscanPx, top + height + overscanPx);
  const shown = new Set<number>();
  for (let index = first; index <= last; index += 1) shown.add(index);
  // The focused row stays, however far one scrolls: its focus would be lost with it.
  if (activeIndex !== null) shown.add(activeIndex);

  const go = (index: number) => {
    const row = rows[index];
    const element = scroller.current;
    if (!row || !element) return;
    const from = offsets[index] ?? 0;
    const heading = index > 0 && !rows[index - 1]?.isStop ? (rows[index - 1]?.height ?? 0) : 0;
    if (from - heading < element.scrollTop) element.scrollTop = from - heading;
    const bottom = from + row.height;
    if (bottom > element.scrollTop + element.clientHeight) {
      element.scrollTop = bottom - element.clientHeight;
    }
    setActiveKey(row.key);
    read();
    focusWhenDrawn.current = row.key;
  };
  const focusWhenDrawn = useRef<string | null>(null);
  useLayoutEffect(() => {
    const key = focusWhenDrawn.current;
    if (key === null) return;
    const row = scroller.current?.querySelector(`[data-row="${CSS.escape(key)}"] [data-stop]`);
    if (!(row instanceof HTMLElement)) return;
    focusWhenDrawn.current = null;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const at = activeIndex === null ? -1 : stops.indexOf(activeIndex);
    const perPage = Math.max(1, Math.floor(height / 64) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + perPage,
      PageUp: at - perPage,
      Home: 0,
      End: stops.length - 1,
    };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const index = stops[Math.max(0, Math.min(step, stops.length - 1))];
    if (index !== undefined) go(index);
  };

  return (
    <div class="rows" ref={scroller} onScroll={read} onKeyDown={onKeyDown}>
      {/* The role is given again because Safari drops it from lists without bullets. */}
      <ul role="list" aria-label={label} style={{ height: `${offsets.at(-1) ?? 0}px` }}>
        {[...shown]
          .toSorted((a, b) => a - b)
          .map((index) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <li
                key={row.key}
                data-row={row.key}
                style={{ transform: `translateY(${offsets[index]}px)`, height: `${row.height}px` }}
                {...(row.isStop
                  ? { "aria-setsize": stops.length, "aria-posinset": stops.indexOf(index) + 1 }
                  : {})}
                onFocusCapture={() => row.isStop && setActiveKey(row.key)}
              >
                {draw(row, index === activeIndex ? 0 : -1)}
              </li>
            );
          })}
      </ul>
    </div>
  );
}

/** The row that Tab leads to: the one last used, else the first. */
function indexOfActive(
  rows: readonly VirtualRow[],
  stops: readonly number[],
  activeKey: string | null,
): number | null {
  const known = activeKey === null ? -1 : rows.findIndex(({ key }) => key === activeKey);
  return known >= 0 ? known : (stops[0] ?? null);
}

/** Rows in sight with their distance from the upper edge, for the next time the rows change. */
function anchorsOf(
  rows: readonly VirtualRow[],
  offsets: readonly number[],
  top: number,
  height: number,
): { key: string; y: number }[] {
  if (rows.length === 0) return [];
  const result: { key: string; y: number }[] = [];
  const end = rowAt(offsets, top + height);
  for (let index = rowAt(offsets, top); index <= end; index += 1) {
    const row = rows[index];
    // A heading may well stay while its rows go elsewhere.
    if (row?.isStop) result.push({ key: row.key, y: (offsets[index] ?? 0) - top });
  }
  return result;
}
