// Which pictures to look at where all would be too many.
import type { PooledPicture } from "../datasets/pictures";
import { Random } from "../random";

/** In a fixed order that goes once through all groups before any group comes again. */
export function onePerGroupFirst(
  pictures: readonly PooledPicture[],
  seed: number,
): PooledPicture[] {
  const seen = new Map<string, number>();
  const random = new Random(seed);
  return pictures
    .map((picture) => {
      const round = seen.get(picture.row.group) ?? 0;
      seen.set(picture.row.group, round + 1);
      return { picture, round, lot: random.next() };
    })
    .sort((a, b) => a.round - b.round || a.lot - b.lot)
    .map(({ picture }) => picture);
}
