/** Overlapping squares over a large picture, so that faces small in it are large in one of them. */
import type { Box } from "../verdict/verdict";

/** A face at a tile's edge lies whole in the next tile if it is smaller than this share of a tile. */
const overlapShare = 0.25;

/** Positions of `size`-long windows along `length`, evenly spaced, first and last at the ends. */
function starts(length: number, size: number): number[] {
  if (length <= size) return [0];
  const count = Math.ceil((length - size * overlapShare) / (size * (1 - overlapShare)));
  const step = (length - size) / (count - 1);
  return Array.from({ length: count }, (_, i) => Math.round(i * step));
}

/**
 * @param size wished side of a tile, pixels; grows until at most `limit` tiles are needed.
 * @returns none where one tile would hold the picture: the look at the whole has seen it.
 */
export function tilesOf(width: number, height: number, size: number, limit: number): Box[] {
  for (let side = Math.max(1, Math.round(size)); ; side = Math.ceil(side * 1.1)) {
    const across = starts(width, side);
    const down = starts(height, side);
    if (across.length * down.length > limit) continue;
    if (across.length * down.length === 1) return [];
    return down.flatMap((y) =>
      across.map((x): Box => [x, y, Math.min(side, width - x), Math.min(side, height - y)]),
    );
  }
}
