// Does the student judge the face, or what stands around it? The same real photographs before the
// surroundings of other real ones and before those of fakes: a student that looks at faces says the same.
import type { Student } from "../../model/package/student";
import { faceSquare, resampleSquare } from "../../model/student/crop";
import type { PicturePool, PooledPicture } from "../datasets/pictures";
import { Random } from "../random";
import { faceOf } from "../synthesis/donor";
import { asPixels, type Face } from "../synthesis/face";
import { drawSurroundings, withSurroundings } from "../synthesis/surroundings";
import { type Interval, type IntervalOf, meanOf, type Scored, shareOf } from "./bootstrap";
import { onePerGroupFirst } from "./one-per-group";
import { rank } from "./ranking";

export interface SurroundingsFigures {
  faces: number;
  groups: number;
  /**
   * Of the real faces before fakes' surroundings against the same before other reals': 0.5 if those say
   * nothing. The passage from head to surroundings is drawn alike for both.
   */
  auc: Interval;
  /** What a fake's surroundings add to a face's logit, in the mean. */
  shift: Interval;
  /** Share of the faces that reach `suspicious`, whatever their size and sharpness. */
  suspicious: { beforeReal: Interval; beforeFake: Interval };
}

const FACES = 240;
const CHUNK = 32;
const SEED = 2;

/** Null where the pictures are not photographs of both labels: frames of a clip share their surroundings. */
export async function surroundingsFigures(
  student: Student,
  pool: PicturePool,
  interval: IntervalOf,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<SurroundingsFigures | null> {
  const photographs = pool.pictures.filter(({ row }) => row.video === undefined);
  const reals = photographs.filter(({ row }) => row.label === "real");
  const fakes = photographs.filter(({ row }) => row.label === "fake");
  const chosen = onePerGroupFirst(reals, SEED).slice(0, FACES);
  if (fakes.length === 0 || new Set(chosen.map(({ row }) => row.group)).size < 2) return null;
  const { inputSize, cropMargin, thresholds } = student.card;

  const crop = (face: Face, donor: PooledPicture, seed: number) => {
    const surroundings = drawSurroundings(new Random(seed), faceOf(pool, donor));
    const placed = withSurroundings(face, surroundings).face;
    return resampleSquare(asPixels(placed), faceSquare(placed.box, cropMargin), inputSize);
  };
  const perCrop = inputSize ** 2 * 3;
  const pairs: { group: string; beforeReal: number; beforeFake: number }[] = [];
  for (let from = 0; from < chosen.length; from += CHUNK) {
    const chunk = chosen.slice(from, from + CHUNK);
    const crops = new Uint8Array(chunk.length * 2 * perCrop);
    chunk.forEach((picture, i) => {
      const random = Random.at(SEED, from + i);
      const { group } = picture.row;
      const real = random.pick(reals.filter(({ row }) => row.group !== group));
      const fake = random.pick(fakes);
      const seed = random.integer(0x7fffffff);
      const face = faceOf(pool, picture);
      crops.set(crop(face, real, seed), 2 * i * perCrop);
      crops.set(crop(face, fake, seed), (2 * i + 1) * perCrop);
    });
    const { logits } = await student.predict(crops);
    chunk.forEach(({ row }, i) => {
      const [beforeReal, beforeFake] = [logits[2 * i] as number, logits[2 * i + 1] as number];
      pairs.push({ group: row.group, beforeReal, beforeFake });
    });
    onProgress(pairs.length, chosen.length);
  }

  const ranked = pairs.flatMap(({ group, beforeReal, beforeFake }): Scored[] => [
    { group, logit: beforeReal, isFake: false },
    { group, logit: beforeFake, isFake: true },
  ]);
  const reaching = (logitOf: (pair: (typeof pairs)[number]) => number) =>
    interval(
      pairs,
      shareOf(pairs, (pair) => logitOf(pair) >= thresholds.suspicious.logit),
    );
  return {
    faces: pairs.length,
    groups: new Set(pairs.map(({ group }) => group)).size,
    auc: interval(ranked, rank(ranked).auc),
    shift: interval(
      pairs,
      meanOf(pairs, ({ beforeReal, beforeFake }) => beforeFake - beforeReal),
    ),
    suspicious: {
      beforeReal: reaching(({ beforeReal }) => beforeReal),
      beforeFake: reaching(({ beforeFake }) => beforeFake),
    },
  };
}
