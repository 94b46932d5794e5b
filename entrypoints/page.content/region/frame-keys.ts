/** What the arrow keys do to the rectangle: move it, with Shift change its size; plain arithmetic. */
import type { Rect, Size } from "../badges/geometry";

/** Pixels a key press moves; ten times less with Alt, for fine work. */
const stepPx = 20;
const fineStepPx = 2;
/** Below this there is nothing to look at in it. */
export const minSidePx = 16;

const directions: Record<string, [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The rectangle after a key press, inside the viewport; null where the key means nothing here. */
export function afterKey(
  frame: Rect,
  { key, shiftKey, altKey }: Pick<KeyboardEvent, "key" | "shiftKey" | "altKey">,
  viewport: Size,
): Rect | null {
  const direction = directions[key];
  if (!direction) return null;
  const [dx, dy] = direction.map((part) => part * (altKey ? fineStepPx : stepPx)) as [
    number,
    number,
  ];
  if (shiftKey) {
    return {
      ...frame,
      width: clamp(frame.width + dx, minSidePx, viewport.width - frame.x),
      height: clamp(frame.height + dy, minSidePx, viewport.height - frame.y),
    };
  }
  return {
    ...frame,
    x: clamp(frame.x + dx, 0, viewport.width - frame.width),
    y: clamp(frame.y + dy, 0, viewport.height - frame.height),
  };
}

/** Between two points of the viewport, in any order. */
export function spanned(ax: number, ay: number, bx: number, by: number, viewport: Size): Rect {
  const [left, right] = [ax, bx].map((x) => clamp(x, 0, viewport.width)).sort((a, b) => a - b) as [
    number,
    number,
  ];
  const [top, bottom] = [ay, by].map((y) => clamp(y, 0, viewport.height)).sort((a, b) => a - b) as [
    number,
    number,
  ];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(value, max));
}
