// A rectangle with two linear axes: grid, ticks, labels, and the way from values to pixels.
import { element, GRID, INK, line, MUTED, text } from "./svg";

export interface Axis {
  from: number;
  to: number;
  ticks: readonly number[];
  label: string;
  /** How a tick is written. */
  format: (value: number) => string;
}

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export class Panel {
  constructor(
    readonly area: Rectangle,
    private readonly across: Axis,
    private readonly up: Axis,
  ) {}

  x(value: number): number {
    const { from, to } = this.across;
    return this.area.x + ((value - from) / (to - from)) * this.area.width;
  }

  y(value: number): number {
    const { from, to } = this.up;
    return this.area.y + this.area.height * (1 - (value - from) / (to - from));
  }

  point(x: number, y: number): [number, number] {
    return [this.x(x), this.y(y)];
  }

  /** Grid, frame and labels, to be drawn under the data. */
  background(): string {
    const { x, y, width, height } = this.area;
    const bottom = y + height;
    const grid = { stroke: GRID, "stroke-width": 1 };
    return [
      ...this.across.ticks.flatMap((tick) => [
        line([this.x(tick), y], [this.x(tick), bottom], grid),
        text(this.x(tick), bottom + 16, this.across.format(tick), {
          "text-anchor": "middle",
          fill: MUTED,
        }),
      ]),
      ...this.up.ticks.flatMap((tick) => [
        line([x, this.y(tick)], [x + width, this.y(tick)], grid),
        text(x - 7, this.y(tick) + 4, this.up.format(tick), { "text-anchor": "end", fill: MUTED }),
      ]),
      element("rect", { x, y, width, height, fill: "none", stroke: MUTED, "stroke-width": 1 }),
      text(x + width / 2, bottom + 34, this.across.label, { "text-anchor": "middle", fill: INK }),
      this.upLabel(),
    ].join("");
  }

  /** Keeps what is drawn inside the panel. @param id unique in the document. */
  clipped(id: string, ...children: string[]): string {
    const { x, y, width, height } = this.area;
    return (
      element("clipPath", { id }, element("rect", { x, y, width, height })) +
      element("g", { "clip-path": `url(#${id})` }, ...children)
    );
  }

  private upLabel(): string {
    const { x, y, height } = this.area;
    const centre = [x - 42, y + height / 2] as const;
    return text(centre[0], centre[1], this.up.label, {
      "text-anchor": "middle",
      transform: `rotate(-90 ${centre[0].toFixed(1)} ${centre[1].toFixed(1)})`,
    });
  }
}

/** `20 %` */
export function percentTick(value: number): string {
  return `${Number((100 * value).toFixed(1))} %`;
}
