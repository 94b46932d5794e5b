// Which kind of pseudo-fake a real face gets.
import type { Random } from "../random";
import type { Face } from "./face";
import { type PseudoFake, selfBlend, swapFace } from "./pseudo-fake";
import { retouchFace } from "./retouch";

export interface FakeShares {
  /** Share of pseudo-fakes that are retouched. */
  retouchShare: number;
  /** Of the others, the share that swaps two people; the rest blend a face onto itself. */
  swapShare: number;
}

/** @param donor cuts another person's face; asked only for a swap. */
export function drawFake(
  random: Random,
  face: Face,
  { retouchShare, swapShare }: FakeShares,
  donor: () => Face,
): PseudoFake {
  // No draw where nothing is retouched: the batches of older runs stay what they were.
  if (retouchShare > 0 && random.chance(retouchShare)) return retouchFace(random, face);
  return random.chance(swapShare) ? swapFace(random, face, donor()) : selfBlend(random, face);
}
