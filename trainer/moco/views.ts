// Two views of every face, and the first of them once more as a pseudo-fake. Crops, colour, JPEG and
// flips are what the features shall not see; blur and noise are left out, since features that ignore
// them ignore the traces of manipulation too.
import { faceSquare, resampleSquare, type Square } from "../../model/student/crop";
import type { PooledPicture } from "../datasets/pictures";
import { Random } from "../random";
import { type Augmentation, augmentFace, NO_AUGMENTATION } from "../synthesis/augment";
import { mirrored } from "../synthesis/augmented-crop";
import { faceOf } from "../synthesis/donor";
import { asPixels, type Face } from "../synthesis/face";
import { selfBlend } from "../synthesis/pseudo-fake";
import { EpochOrder } from "./epoch-order";

export interface ViewRecipe {
  /** Pictures in a batch. */
  n: number;
  /** Least share of the face's square that a view shows; 0.2 in MoCo, which knows no small traces. */
  leastArea: number;
  /** Whether each query comes with its own pseudo-fake, as an extra negative. */
  blended: boolean;
  inputSize: number;
  cropMargin: number;
  seed: number;
}

/** Pixels are `[n, inputSize, inputSize, 3]`. */
export interface ViewBatch {
  index: number;
  queries: Uint8Array<ArrayBuffer>;
  keys: Uint8Array<ArrayBuffer>;
  /** The queries' views of the pseudo-fakes; empty if the recipe has none. */
  blended: Uint8Array<ArrayBuffer>;
  /** Number of each picture's group among the groups of the data set, `[n]`. */
  owners: Float32Array<ArrayBuffer>;
}

/** How one view looks at a face. */
interface View extends Augmentation {
  /** Share of the square's area, and where in the slack the view lies, each 0–1. */
  area: number;
  place: [x: number, y: number];
}

function drawView(random: Random, leastArea: number): View {
  const hasJpeg = random.chance(0.7);
  return {
    ...NO_AUGMENTATION,
    seed: random.integer(0x7fffffff),
    flip: random.chance(0.5),
    colour: random.chance(0.8) ? random.uniform(0.1, 0.7) : 0,
    reductions: hasJpeg ? [1] : [],
    encodings: hasJpeg
      ? [
          {
            format: "jpeg",
            quality: Math.round(random.uniform(50, 95)),
            fullChroma: random.chance(0.3),
          },
        ]
      : [],
    area: random.uniform(leastArea, 1),
    place: [random.next(), random.next()],
  };
}

function viewSquare({ box }: Face, margin: number, { area, place }: View): Square {
  const whole = faceSquare(box, margin);
  const size = whole.size * Math.sqrt(area);
  const slack = whole.size - size;
  return { x: whole.x + place[0] * slack, y: whole.y + place[1] * slack, size };
}

/** Makes the batches of a run; the same number gives the same batch. */
export class ViewMaker {
  private readonly order: EpochOrder;
  private readonly groups: Map<string, number>;

  /** @param pictures of any label: no label is read. */
  constructor(
    private readonly pool: SharedArrayBuffer,
    private readonly pictures: readonly PooledPicture[],
    private readonly recipe: ViewRecipe,
  ) {
    this.order = new EpochOrder(pictures.length, recipe.seed);
    const names = [...new Set(pictures.map(({ row }) => row.group))].sort();
    this.groups = new Map(names.map((name, i) => [name, i]));
  }

  async make(index: number): Promise<ViewBatch> {
    const { n, inputSize, blended, leastArea, seed } = this.recipe;
    const bytes = inputSize * inputSize * 3;
    const batch: ViewBatch = {
      index,
      queries: new Uint8Array(n * bytes),
      keys: new Uint8Array(n * bytes),
      blended: new Uint8Array(blended ? n * bytes : 0),
      owners: new Float32Array(n),
    };
    const random = Random.at(seed, index);
    for (let i = 0; i < n; i++) {
      const picture = this.pictures[this.order.at(index * n + i)] as PooledPicture;
      const face = faceOf({ bytes: this.pool }, picture);
      const query = drawView(random, leastArea);
      const key = drawView(random, leastArea);
      batch.owners[i] = this.groups.get(picture.row.group) as number;
      batch.queries.set(await this.look(face, query), i * bytes);
      batch.keys.set(await this.look(face, key), i * bytes);
      if (blended) {
        // Under the query's own view and blended into the query's own face, so that nothing but the
        // manipulation tells the two apart.
        const fake = selfBlend(random, face, 0).face;
        batch.blended.set(await this.look(fake, query), i * bytes);
      }
    }
    return batch;
  }

  private async look(face: Face, view: View): Promise<Uint8ClampedArray> {
    const { cropMargin, inputSize } = this.recipe;
    const seen = await augmentFace(new Random(view.seed), face, view);
    const square = viewSquare(seen, cropMargin, view);
    const crop = resampleSquare(asPixels(seen), square, inputSize);
    return view.flip ? mirrored(crop, inputSize) : crop;
  }
}
