// What teacher and student look at together: every face there is, labelled or not, and some of them
// once more as pseudo-fakes, which is where the teacher has most to say.
import type { PooledPicture } from "../datasets/pictures";
import { EpochOrder } from "../moco/epoch-order";
import { Random } from "../random";
import { type Augmentation, drawAugmentation, undegraded } from "../synthesis/augment";
import { augmentedCrop } from "../synthesis/augmented-crop";
import { donorFor, faceOf } from "../synthesis/donor";
import type { Face } from "../synthesis/face";
import { selfBlend, swapFace } from "../synthesis/pseudo-fake";
import { type RedrawnShares, redrawn } from "../synthesis/redraw";
import { chanceOfSurroundings, withSurroundings } from "../synthesis/surroundings";
import { drawMixtures, mixCrops } from "./mixed";

export interface LessonRecipe extends RedrawnShares {
  /** Faces in a batch. */
  faces: number;
  /** How many of them come a second time as a pseudo-fake of themselves. */
  blends: number;
  /** Share of pseudo-fakes that swap two people; the others blend a face onto itself. */
  swapShare: number;
  /**
   * Share of faces, each with its blend, before what stands around another one: the teacher's opinion of a
   * backdrop must not be the lesson. Absent in older runs: none.
   */
  surroundings?: number;
  /** Share of photos that go through video-like compression; of video frames it is half. */
  videoLike: number;
  /** Share of faces, each with its blend, that lose fine texture. Absent in older runs: none. */
  smoothed?: number;
  /**
   * Share of crops that another one of the batch is laid over, the same one for student and teacher; their label
   * is nobody's. Absent in older runs: none.
   */
  mixed?: number;
  /** What the teacher sees. Absent in older runs: the student's pixels. */
  teacherView?: TeacherView;
  /** Sides of the views of the teachers' own, in pixels; absent: the student's. */
  teacherSizes?: readonly number[];
  inputSize: number;
  cropMargin: number;
  seed: number;
}

/**
 * `same`: the student's pixels. `undegraded`: the same crop before smoothing, compression, reduction, blur and
 * noise, whatever of them the student's went through. `untouched`: moreover before its own surroundings,
 * where the student's stands before others.
 */
export type TeacherView = "same" | "undegraded" | "untouched";

/** `n` is `faces + blends`. */
export interface LessonBatch {
  index: number;
  /** `[n, inputSize, inputSize, 3]`. */
  pixels: Uint8Array<ArrayBuffer>;
  /** The same for the teachers, at each of `teacherSizes` in turn; absent where they see these very pixels. */
  teacherPixels?: Uint8Array<ArrayBuffer>;
  /** 1 is manipulated, `[n]`; 0 where nobody knows. */
  labels: Float32Array<ArrayBuffer>;
  /** 1 where the label may be used, `[n]`. */
  known: Float32Array<ArrayBuffer>;
}

/** A face as it is shown, and a second time as a pseudo-fake of itself if it has one. */
interface Twins {
  original: Face;
  fake?: Face;
}

/** A face before whatever stands around it, for either of the two who look at it. */
interface Shown {
  toStudent: Face;
  toTeacher: Face;
}

/** Whether the teacher sees other pixels than the student. */
export function hasOwnView(view: TeacherView = "same"): boolean {
  return view !== "same";
}

/** Makes the batches of a run; the same number gives the same batch. */
export class LessonMaker {
  private readonly order: EpochOrder;
  private readonly teacherSizes: readonly number[];

  /** @param pictures with the label `unlabelled` wherever the label may not be used. */
  constructor(
    private readonly pool: SharedArrayBuffer,
    private readonly pictures: readonly PooledPicture[],
    private readonly recipe: LessonRecipe,
  ) {
    this.order = new EpochOrder(pictures.length, recipe.seed);
    this.teacherSizes = recipe.teacherSizes ?? [recipe.inputSize];
  }

  async make(index: number): Promise<LessonBatch> {
    const { faces, blends, inputSize, seed, teacherView } = this.recipe;
    const n = faces + blends;
    const pixels = (sides: readonly number[]) =>
      new Uint8Array(sides.reduce((sum, side) => sum + n * bytesOfCrop(side), 0));
    const batch: LessonBatch = {
      index,
      pixels: pixels([inputSize]),
      ...(hasOwnView(teacherView) ? { teacherPixels: pixels(this.teacherSizes) } : {}),
      labels: new Float32Array(n),
      known: new Float32Array(n),
    };
    const random = Random.at(seed, index);
    for (let i = 0; i < faces; i++) {
      const picture = this.pictures[this.order.at(index * faces + i)] as PooledPicture;
      const { label, video } = picture.row;
      const face = faceOf({ bytes: this.pool }, picture);
      const augmentation = drawAugmentation(
        random,
        video ? 0.5 : this.recipe.videoLike,
        this.recipe.smoothed,
      );
      const isKnown = label === "unlabelled" ? 0 : 1;
      const before = this.before(random);
      const twins: Twins = i < blends ? this.pseudoFake(random, picture, face) : { original: face };
      const { original, fake } = twins;
      await this.place(batch, i, before(original), augmentation, label === "fake" ? 1 : 0, isKnown);
      // Of an unlabelled face the blend is surely manipulated. It is not counted as a label all the
      // same: without its untouched twin beside it, one label more would only tilt the prior.
      if (fake) await this.place(batch, faces + i, before(fake), augmentation, 1, isKnown);
    }
    this.mix(random, batch);
    return batch;
  }

  private mix(random: Random, { pixels, teacherPixels, labels, known }: LessonBatch): void {
    const n = labels.length;
    const mixtures = drawMixtures(random, n, this.recipe.mixed ?? 0);
    if (mixtures.length === 0) return;
    mixCrops(pixels, n, mixtures);
    if (teacherPixels)
      for (const view of ownViews(teacherPixels, n, this.teacherSizes).values())
        mixCrops(view, n, mixtures);
    for (const { slot } of mixtures) labels[slot] = known[slot] = 0;
  }

  /** What puts a face, and its blend in the same way, before other surroundings, or leaves it its own. */
  private before(random: Random): (face: Face) => Shown {
    const surroundings = chanceOfSurroundings(random, this.recipe.surroundings, () =>
      faceOf({ bytes: this.pool }, random.pick(this.pictures)),
    );
    return (face) => {
      const toStudent = surroundings ? withSurroundings(face, surroundings).face : face;
      return { toStudent, toTeacher: this.recipe.teacherView === "untouched" ? face : toStudent };
    };
  }

  private pseudoFake(random: Random, picture: PooledPicture, face: Face): Twins {
    const { redrawnShare = 0, swapShare } = this.recipe;
    if (redrawnShare > 0 && random.chance(redrawnShare)) {
      const pool = { bytes: this.pool };
      const { face: fake, target } = redrawn(random, pool, picture, face, this.recipe);
      return { original: target, fake };
    }
    if (!random.chance(swapShare)) return { original: face, fake: selfBlend(random, face).face };
    const draw = () => random.pick(this.pictures);
    const donor = donorFor({ bytes: this.pool }, picture, draw);
    return { original: face, fake: swapFace(random, face, donor).face };
  }

  private async place(
    batch: LessonBatch,
    slot: number,
    { toStudent, toTeacher }: Shown,
    augmentation: Augmentation,
    label: 0 | 1,
    isKnown: 0 | 1,
  ): Promise<void> {
    const { inputSize, cropMargin, faces, blends } = this.recipe;
    const put = async (face: Face, seen: Augmentation, side: number, into: Uint8Array) =>
      into.set(
        await augmentedCrop(face, seen, { inputSize: side, cropMargin }),
        slot * bytesOfCrop(side),
      );
    await put(toStudent, augmentation, inputSize, batch.pixels);
    if (batch.teacherPixels) {
      const clear = undegraded(augmentation);
      const views = ownViews(batch.teacherPixels, faces + blends, this.teacherSizes);
      for (const [side, view] of views) await put(toTeacher, clear, side, view);
    }
    batch.labels[slot] = isKnown ? label : 0;
    batch.known[slot] = isKnown;
  }
}

/** What teachers of each of the `sizes` see of a batch of `n`, `[n, size, size, 3]` by size: parts of `teacherPixels`. */
export function ownViews(
  teacherPixels: Uint8Array,
  n: number,
  sizes: readonly number[],
): Map<number, Uint8Array> {
  let from = 0;
  return new Map(
    sizes.map((size) => {
      const end = from + n * bytesOfCrop(size);
      const view = teacherPixels.subarray(from, end);
      from = end;
      return [size, view];
    }),
  );
}

function bytesOfCrop(side: number): number {
  return side ** 2 * 3;
}
