// Composes a training batch: every real crop with its own pseudo-fake, every labelled fake with a
// real partner of the same medium, each pair under one and the same augmentation.
import { faceSquare } from "../../model/student/crop";
import type { PooledPicture } from "../datasets/pictures";
import { Random } from "../random";
import { type Augmentation, drawAugmentation } from "./augment";
import { augmentedCrop, jitteredSquare } from "./augmented-crop";
import { donorFor, faceOf } from "./donor";
import type { Face } from "./face";
import { type PseudoFake, selfBlend, swapFace } from "./pseudo-fake";
import { type RedrawnShares, redrawn } from "./redraw";
import { chanceOfSurroundings, withSurroundings } from "./surroundings";

export interface BatchRecipe extends RedrawnShares {
  /** Real crops that come with a pseudo-fake of themselves. */
  pairs: number;
  /** Labelled fakes, each with a real partner. */
  labelled: number;
  /** Share of pseudo-fakes that swap two people; the others blend a face onto itself. */
  swapShare: number;
  /**
   * Share of swaps that put in a labelled fake's face: a generator's texture in a real picture. Whole
   * fakes come from other sources than reals, and a network learns those; this pair has one source.
   */
  generatedShare: number;
  /**
   * Share of labelled fakes that are frames of a video; auto, and in older runs: by their number. Where
   * it is given, a photo that stands beside such a frame always goes through video-like compression.
   */
  videoFakes?: number | "auto";
  /**
   * Share of pairs before what stands around a third face, the same for both: else a generator's usual
   * backdrop becomes its sign. Absent in older runs: none.
   */
  surroundings?: number;
  /** Share of photo pairs, and of pairs of video frames, that go through video-like compression. */
  videoLike: number;
  /** Share of pairs that lose fine texture, both alike. Absent in older runs: none. */
  smoothed?: number;
  inputSize: number;
  cropMargin: number;
  /** Side of the coarse map. */
  mapSize: number;
  seed: number;
}

export interface Batch {
  index: number;
  /** `[n, inputSize, inputSize, 3]` */
  pixels: Uint8Array<ArrayBuffer>;
  /** 1 is manipulated, `[n]`. */
  labels: Float32Array<ArrayBuffer>;
  /** Share of each cell that was manipulated, `[n, mapSize, mapSize]`. */
  masks: Float32Array<ArrayBuffer>;
  /** 1 where the mask is known, `[n]`. */
  maskKnown: Float32Array<ArrayBuffer>;
}

/** Fakes that are synthetic from edge to edge; of the others the manipulated region is unknown. */
const WHOLLY_GENERATED = new Set(["stylegan1", "hatatori", "arc2face"]);

/** How much of each pixel was replaced. */
type FakeMask = Float32Array | "all" | "unknown";

interface DrawnPair {
  real: Face;
  fake: Face;
  mask: FakeMask;
  augmentation: Augmentation;
}

/** Pictures by source, so that a draw can balance sources. */
interface SourceIndex {
  photos: PooledPicture[][];
  videos: PooledPicture[][];
}

function indexBySource(pictures: readonly PooledPicture[]): SourceIndex {
  const bySource = new Map<string, PooledPicture[]>();
  for (const picture of pictures) {
    const { source } = picture.row;
    bySource.set(source, [...(bySource.get(source) ?? []), picture]);
  }
  const lists = [...bySource.values()];
  const isVideo = (list: PooledPicture[]) => list[0]?.row.video !== undefined;
  return {
    photos: lists.filter((list) => !isVideo(list)),
    videos: lists.filter(isVideo),
  };
}

/** The square root keeps a large source from drowning the others without repeating small ones. */
const bySquareRoot = (list: readonly unknown[]) => Math.sqrt(list.length);

export class BatchMaker {
  private readonly real: SourceIndex;
  /** Real pictures whose crop lies inside the picture: repeated edges would give them away. */
  private readonly partners: SourceIndex;
  private readonly fake: SourceIndex;

  constructor(
    private readonly pool: SharedArrayBuffer,
    pictures: readonly PooledPicture[],
    private readonly recipe: BatchRecipe,
  ) {
    const real = pictures.filter(({ row }) => row.label === "real");
    const roomy = real.filter((picture) => hasRoom(picture, recipe.cropMargin));
    this.real = indexBySource(real);
    this.partners = indexBySource(roomy.length > 0 ? roomy : real);
    this.fake = indexBySource(pictures.filter(({ row }) => row.label === "fake"));
    if (this.real.photos.length + this.real.videos.length === 0)
      throw new Error("there are no real pictures to train on");
  }

  get size(): number {
    return 2 * (this.recipe.pairs + this.recipe.labelled);
  }

  private get hasFakes(): boolean {
    return this.fake.photos.length + this.fake.videos.length > 0;
  }

  /** Batch number `index` of this recipe; the same number gives the same batch. */
  async make(index: number): Promise<Batch> {
    const { inputSize, mapSize, pairs, labelled, seed } = this.recipe;
    const n = this.size;
    const batch: Batch = {
      index,
      pixels: new Uint8Array(n * inputSize * inputSize * 3),
      labels: new Float32Array(n),
      masks: new Float32Array(n * mapSize * mapSize),
      maskKnown: new Float32Array(n),
    };
    const random = Random.at(seed, index);
    // What is drawn is drawn in order; encoding, on other threads, goes on beside it.
    const placed: Promise<void>[] = [];
    for (let pair = 0; pair < pairs + labelled; pair++) {
      // Without labelled fakes the rest of the batch is pairs too.
      const drawn =
        pair < pairs || !this.hasFakes ? this.drawPair(random) : this.drawLabelled(random);
      const { real, fake, mask, augmentation } = this.before(random, drawn);
      placed.push(this.place(batch, 2 * pair, real, augmentation, null, 0));
      placed.push(this.place(batch, 2 * pair + 1, fake, augmentation, mask, 1));
    }
    await Promise.all(placed);
    return batch;
  }

  /** A real face and its own pseudo-fake. */
  private drawPair(random: Random): DrawnPair {
    const picture = this.drawReal(random, random.chance(0.25));
    const { face, target, mask } = this.pseudoFake(random, picture, this.cut(picture));
    // The target and not the picture: a change all over would otherwise tell the two apart.
    return { real: target, fake: face, mask, augmentation: this.augmentation(random, picture) };
  }

  /** A labelled fake and a real face of the same medium. */
  private drawLabelled(random: Random): DrawnPair {
    const picture = this.drawFake(random, this.recipe.videoFakes);
    const fromVideo = picture.row.video !== undefined;
    // There are few real clips: half the partners of video frames are photos made video-like.
    const partner = this.drawReal(random, fromVideo && random.chance(0.5), this.partners);
    const isMixed = fromVideo && partner.row.video === undefined;
    const augmentation =
      isMixed && isShare(this.recipe.videoFakes)
        ? drawAugmentation(random, 1, this.recipe.smoothed)
        : this.augmentation(random, picture);
    const mask = WHOLLY_GENERATED.has(picture.row.source) ? "all" : "unknown";
    return { real: this.cut(partner), fake: this.cut(picture), mask, augmentation };
  }

  /**
   * The pair, at times before what stands around a third face: a real or a generated one, as often, so
   * that plain walls stand behind both classes.
   */
  private before(random: Random, pair: DrawnPair): DrawnPair {
    const drawDonor = () =>
      this.hasFakes && random.chance(0.5)
        ? this.drawFake(random, 0)
        : this.drawReal(random, false, this.partners);
    const surroundings = chanceOfSurroundings(random, this.recipe.surroundings, () =>
      this.cut(drawDonor()),
    );
    if (!surroundings) return pair;
    const real = withSurroundings(pair.real, surroundings);
    const fake = withSurroundings(pair.fake, surroundings);
    return { ...pair, real: real.face, fake: fake.face, mask: within(fake.own, pair.mask) };
  }

  private cut(picture: PooledPicture): Face {
    return faceOf({ bytes: this.pool }, picture);
  }

  private pseudoFake(random: Random, picture: PooledPicture, face: Face): PseudoFake {
    const { redrawnShare = 0 } = this.recipe;
    if (redrawnShare > 0 && random.chance(redrawnShare))
      return redrawn(random, { bytes: this.pool }, picture, face, this.recipe);
    if (!random.chance(this.recipe.swapShare)) return selfBlend(random, face);
    // Nothing is drawn where the recipe asks for none: batches of older recipes stay what they were.
    const isGenerated =
      this.hasFakes && this.recipe.generatedShare > 0 && random.chance(this.recipe.generatedShare);
    const draw = () =>
      isGenerated ? this.drawFake(random) : this.drawReal(random, random.chance(0.2));
    return swapFace(random, face, donorFor({ bytes: this.pool }, picture, draw));
  }

  private augmentation(random: Random, picture: PooledPicture): Augmentation {
    const isVideo = picture.row.video !== undefined;
    return drawAugmentation(random, isVideo ? 0.5 : this.recipe.videoLike, this.recipe.smoothed);
  }

  private drawReal(random: Random, video: boolean, from = this.real): PooledPicture {
    const { photos, videos } = from;
    const lists = (video && videos.length > 0) || photos.length === 0 ? videos : photos;
    return random.pick(random.weighted(lists, bySquareRoot));
  }

  private drawFake(random: Random, videos: BatchRecipe["videoFakes"] = "auto"): PooledPicture {
    const { fake } = this;
    const all = [...fake.photos, ...fake.videos];
    // Nothing more is drawn for auto: batches of older recipes stay what they were.
    const asked = !isShare(videos) ? all : random.chance(videos) ? fake.videos : fake.photos;
    return random.pick(random.weighted(asked.length > 0 ? asked : all, bySquareRoot));
  }

  /** Augments, crops and writes one face into the batch. */
  private async place(
    batch: Batch,
    slot: number,
    face: Face,
    augmentation: Augmentation,
    mask: FakeMask | null,
    label: 0 | 1,
  ): Promise<void> {
    const { inputSize, mapSize, cropMargin } = this.recipe;
    const crop = await augmentedCrop(face, augmentation, this.recipe);
    batch.pixels.set(crop, slot * inputSize * inputSize * 3);
    batch.labels[slot] = label;
    batch.maskKnown[slot] = mask === "unknown" ? 0 : 1;
    const cells = batch.masks.subarray(slot * mapSize * mapSize, (slot + 1) * mapSize * mapSize);
    if (mask === "all") cells.fill(1);
    else if (mask instanceof Float32Array) {
      const original = jitteredSquare(face, cropMargin, augmentation);
      averageMask(mask, face.size, original, mapSize, augmentation.flip, cells);
    }
  }
}

const isShare = (value: BatchRecipe["videoFakes"]) => typeof value === "number";

/** What is left of a mask where only `own` is still the face's. */
function within(own: Float32Array, mask: FakeMask): FakeMask {
  if (mask === "all") return own;
  return mask instanceof Float32Array ? mask.map((value, p) => value * own[p]!) : mask;
}

/** Whether at most a twentieth of the crop's side lies outside the picture. */
function hasRoom({ row, width, height }: PooledPicture, margin: number): boolean {
  const { x, y, size } = faceSquare(row.box, margin);
  return Math.max(-x, -y, x + size - width, y + size - height) <= 0.05 * size;
}

/** Mean of the mask in each cell of the crop's grid, from 4×4 probes a cell. */
function averageMask(
  mask: Float32Array,
  size: number,
  square: { x: number; y: number; size: number },
  cells: number,
  flip: boolean,
  into: Float32Array,
): void {
  const probes = 4;
  const step = square.size / (cells * probes);
  for (let cy = 0; cy < cells; cy++)
    for (let cx = 0; cx < cells; cx++) {
      let sum = 0;
      for (let py = 0; py < probes; py++)
        for (let px = 0; px < probes; px++) {
          const x = Math.floor(square.x + (cx * probes + px + 0.5) * step);
          const y = Math.floor(square.y + (cy * probes + py + 0.5) * step);
          if (x >= 0 && y >= 0 && x < size && y < size) sum += mask[y * size + x]!;
        }
      into[cy * cells + (flip ? cells - 1 - cx : cx)] = sum / (probes * probes);
    }
}
