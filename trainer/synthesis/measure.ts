// How fast synthesis is: what one thread makes of faces, so that a training run can be given enough
// threads not to wait for them.
import type { PicturePool } from "../datasets/pictures";
import { BatchMaker, type BatchRecipe } from "./batch";

export interface SynthesisSpeed {
  /** Faces of finished batches (real ones, their pseudo-fakes, labelled ones) a second, one thread. */
  cropsPerSecond: number;
  /** Share of the pictures that have landmarks; those without are blended by box outlines, which is quicker. */
  withLandmarks: number;
}

/** Batches before the clock starts: the compiler has not seen the code yet. */
const WARM_UP = 3;

/** Makes batches on this very thread. @param batches measured. */
export async function measureSynthesis(
  pool: PicturePool,
  recipe: BatchRecipe,
  batches: number,
): Promise<SynthesisSpeed> {
  const maker = new BatchMaker(pool.bytes, pool.pictures, recipe);
  for (let i = 0; i < WARM_UP; i++) await maker.make(i);
  const begun = performance.now();
  for (let i = 0; i < batches; i++) await maker.make(WARM_UP + i);
  const seconds = (performance.now() - begun) / 1000;
  const landmarked = pool.pictures.filter(({ row }) => row.landmarks).length;
  return {
    cropsPerSecond: (batches * maker.size) / seconds,
    withLandmarks: landmarked / pool.pictures.length,
  };
}
