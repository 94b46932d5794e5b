/**
 * Strength of signs over a video's time, one line a face, levels as bands. Drawn by uPlot on a
 * canvas; the slider under it and the table beside it say the same to a keyboard and a screen reader.
 */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { levels } from "../../model/verdict/verdict";
import { clock, strengthWords } from "../words";
import { strengthSteps } from "./strength";
import type { TimelineTrack } from "./timeline-data";

const heightPx = 190;
/** Room for the bands' names. */
const namesPx = 74;
/** Lines are told apart by dashes as well as by colour. */
const dashes: (number[] | undefined)[] = [undefined, [7, 4], [2, 3], [10, 3, 2, 3]];
/** As many as can be told apart. */
export const maxTracks = dashes.length;

interface Props {
  /** Seconds, rising. */
  times: number[];
  tracks: TimelineTrack[];
  /** Index of the moment shown below. */
  selected: number;
  onSelect(index: number): void;
  label: string;
}

export function TimelinePlot({ times, tracks, selected, onSelect, label }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  // The plot lives longer than a render, and asks for what is current.
  const now = useRef({ selected, onSelect });
  now.current = { selected, onSelect };
  const lines = tracks.map(({ number }) => number).join();

  useEffect(() => {
    const place = host.current;
    if (!place) return;
    const over = new AbortController();
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(
        optionsFor(place, tracks, () => now.current.selected),
        dataOf(times, tracks),
        place,
      );
      const drawn = plot.current;
      drawn.over.addEventListener("click", (event) => {
        now.current.onSelect(drawn.posToIdx(event.offsetX));
      });
    };
    draw();
    const size = new ResizeObserver(() =>
      plot.current?.setSize({ width: place.clientWidth, height: heightPx }),
    );
    size.observe(place);
    // A canvas takes its colours once.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw, {
      signal: over.signal,
    });
    return () => {
      over.abort();
      size.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
    // Other lines need another plot; other values do not.
  }, [lines]);

  useEffect(() => plot.current?.setData(dataOf(times, tracks)), [times, tracks]);
  useEffect(() => plot.current?.redraw(false), [selected]);

  return <div ref={host} class="timeline-plot" role="img" aria-label={label} />;
}

function dataOf(times: number[], tracks: TimelineTrack[]): uPlot.AlignedData {
  return [times, ...tracks.map(({ strengths }) => strengths)];
}

function optionsFor(
  place: HTMLElement,
  tracks: TimelineTrack[],
  selected: () => number,
): uPlot.Options {
  const colour = colours(place);
  const ink = colour("--ink-soft");
  const font = `11px ${getComputedStyle(place).fontFamily}`;
  const bands = levels.map((level) => colour(`--${level}-soft`));
  return {
    width: place.clientWidth,
    height: heightPx,
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false } },
    scales: { x: { time: false }, y: { range: [0, strengthSteps] } },
    axes: [
      {
        stroke: ink,
        font,
        grid: { show: false },
        ticks: { show: false },
        size: 28,
        space: 56,
        // Whole seconds: labels are.
        incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600],
        values: (_, splits) => splits.map(clock),
      },
      {
        stroke: ink,
        font,
        grid: { show: false },
        ticks: { show: false },
        size: namesPx,
        splits: () => levels.map((_, step) => step + 0.5),
        values: () => levels.map((level) => strengthWords[level]),
      },
    ],
    series: [
      {},
      ...tracks.map(({ number }, index): uPlot.Series => {
        const stroke = colour(`--track-${index + 1}`);
        const dash = dashes[index];
        return {
          label: `Face ${number}`,
          stroke,
          width: 2,
          ...(dash && { dash }),
          points: { show: true, size: 5, stroke, fill: stroke },
        };
      }),
    ],
    hooks: {
      drawClear: [
        (plot) => {
          const { left, width } = plot.bbox;
          for (const [step, fill] of bands.entries()) {
            const top = plot.valToPos(step + 1, "y", true);
            plot.ctx.fillStyle = fill;
            plot.ctx.fillRect(left, top, width, plot.valToPos(step, "y", true) - top);
          }
        },
      ],
      draw: [
        (plot) => {
          const time = plot.data[0][selected()];
          if (time === undefined) return;
          const x = Math.round(plot.valToPos(time, "x", true));
          plot.ctx.fillStyle = colour("--accent");
          plot.ctx.fillRect(x - 1, plot.bbox.top, 2 * devicePixelRatio, plot.bbox.height);
        },
      ],
    },
  };
}

/** Resolves custom properties to colours that a canvas takes: `light-dark()` is none. */
function colours(place: HTMLElement): (property: string) => string {
  const known = new Map<string, string>();
  return (property) => {
    const before = known.get(property);
    if (before) return before;
    const probe = document.createElement("span");
    probe.style.color = `var(${property})`;
    place.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    known.set(property, color);
    return color;
  };
}
