// The little SVG that the plots need: elements as strings, text escaped, one look for all.
import { escapeHtml } from "../html-page";

/** On white: distinct for colour-blind readers as well (Okabe & Ito 2008). */
export const PALETTE = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#7a5195",
  "#8c6d31",
] as const;

export const INK = "#1f2933";
export const MUTED = "#5f6c7b";
export const GRID = "#e4e8ee";

/** The width at which every plot is drawn and can be read. */
export const WIDTH = 640;

type Attributes = Record<string, string | number | undefined>;

/** @param children SVG, already escaped. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const written = typeof value === "number" ? String(Number(value.toFixed(2))) : value;
      return ` ${key}="${escapeHtml(written as string)}"`;
    });
  const body = children.join("");
  return `<${name}${list.join("")}${body ? `>${body}</${name}>` : "/>"}`;
}

/** Text at its baseline. @param content plain text. */
export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, fill: INK, ...attributes }, escapeHtml(content));
}

export function line(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  attributes: Attributes,
): string {
  return element("line", { x1, y1, x2, y2, ...attributes });
}

/** A line through points; nothing for fewer than two. */
export function polyline(
  points: readonly (readonly [number, number])[],
  attributes: Attributes,
): string {
  if (points.length < 2) return "";
  const list = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  return element("polyline", {
    points: list,
    fill: "none",
    "stroke-linejoin": "round",
    ...attributes,
  });
}

export function polygon(
  points: readonly (readonly [number, number])[],
  attributes: Attributes,
): string {
  if (points.length < 3) return "";
  const list = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  return element("polygon", { points: list, ...attributes });
}

/** A name cut to what fits into a legend. */
export function shortened(name: string, most: number): string {
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}

/** A whole picture, with the title that screen readers and hovering show. */
export function svgDocument(height: number, title: string, ...children: string[]): string {
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: WIDTH,
      height,
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: "img",
      "font-family": "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif",
      "font-size": 12,
    },
    element("title", {}, escapeHtml(title)),
    element("rect", { width: WIDTH, height, fill: "#ffffff" }),
    text(16, 24, title, { "font-size": 15, "font-weight": 600 }),
    ...children,
  )}\n`;
}
