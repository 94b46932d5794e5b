// Split groups: batch normalisation without the leak, on one device.
//
// Batch norm lets pictures of a batch see one another. If a query and its key are normalised among
// the same pictures, the statistics they share give the positive away, and the loss falls with
// nothing learnt (He et al. 2020, section 3.3). MoCo shuffles the keys over its GPUs, so that query
// and key meet different company. Here one device plays the GPUs: the batch is run in G groups,
// each normalised by its own statistics. Queries keep their order; keys are dealt out like cards, so
// that every group of keys holds equally many pictures of every group of queries. No group of keys
// then resembles a group of queries more than another does, and there is nothing to recognise
// (a plain shuffle would leave that to chance).
import type { Random } from "../random";

/** The G groups of queries: consecutive pictures. */
export function queryGroups(n: number, G: number): number[][] {
  if (n % (G * G) !== 0)
    throw new RangeError(`a batch of ${n} cannot be dealt evenly from ${G} groups to ${G}`);
  const size = n / G;
  return Array.from({ length: G }, (_, g) => Array.from({ length: size }, (_, i) => g * size + i));
}

/** The G groups of keys: each takes an equal, random share of every group of queries. */
export function keyGroups(n: number, G: number, random: Random): number[][] {
  const dealt: number[][] = Array.from({ length: G }, () => []);
  for (const group of queryGroups(n, G))
    shuffled(group, random).forEach((picture, i) => dealt[i % G]?.push(picture));
  return dealt;
}

/** Where each picture stands in the concatenation of the groups. */
export function placesIn(groups: readonly number[][]): Int32Array {
  const pictures = groups.flat();
  const places = new Int32Array(pictures.length);
  pictures.forEach((picture, place) => {
    places[picture] = place;
  });
  return places;
}

/** A shuffled copy (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
