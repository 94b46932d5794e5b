// What stands around a face: put behind both of a pair in training, and measured afterwards.
import { describe, expect, it } from "vitest";
import type { Student } from "../../model/package/student";
import type { FaceRow } from "../../trainer/datasets/manifest";
import type { PicturePool } from "../../trainer/datasets/pictures";
import { type LessonBatch, LessonMaker } from "../../trainer/distillation/lessons";
import { intervals } from "../../trainer/evaluation/bootstrap";
import { surroundingsFigures } from "../../trainer/evaluation/surroundings";
import { Random } from "../../trainer/random";
import { type Batch, BatchMaker, type BatchRecipe } from "../../trainer/synthesis/batch";
import { cutFace } from "../../trainer/synthesis/face";
import { drawSurroundings, withSurroundings } from "../../trainer/synthesis/surroundings";
import { CARD } from "./evaluation-fixture";
import { greyPool, POOL_SIDE } from "./grey-pool";

const side = POOL_SIDE;

interface Drawn {
  label: "real" | "fake";
  group: string;
  /** Grey level of the head and of what is around it. */
  head: number;
  around: number;
  video?: string;
}

/** Pictures of one grey disc before another grey: what is whose can be read off. */
function poolOf(drawn: readonly Drawn[]): PicturePool {
  return greyPool(
    drawn.map(({ label, group, head, around, video }) => ({
      row: {
        label,
        source: video ? `${label}-clips` : label,
        generator: label,
        group,
        ...(video ? { video } : {}),
      },
      greyAt: (p) => {
        const [x, y] = [p % side, Math.floor(p / side)];
        return Math.hypot(x - side / 2, y - side / 2) < 26 ? head : around;
      },
    })),
  );
}

const RECIPE: BatchRecipe = {
  pairs: 0,
  labelled: 12,
  swapShare: 0,
  generatedShare: 0,
  videoLike: 0,
  inputSize: 32,
  cropMargin: 1.6,
  mapSize: 4,
  seed: 5,
};

async function batchOf(pool: PicturePool, rest: Partial<BatchRecipe>): Promise<Batch> {
  return new BatchMaker(pool.bytes, pool.pictures, { ...RECIPE, ...rest }).make(0);
}

/** Mean grey of the middle and of the four corners of crop `n`. */
function greys({ pixels }: Pick<Batch, "pixels">, n: number) {
  const at = (x: number, y: number) => pixels[(n * 32 * 32 + y * 32 + x) * 3] as number;
  return { middle: at(16, 16), corners: (at(1, 1) + at(30, 1) + at(1, 30) + at(30, 30)) / 4 };
}

describe("a face before other surroundings", () => {
  const faceIn = (head: number, around: number) => {
    const { bytes } = poolOf([{ label: "real", group: "a", head, around }]);
    const pixels = { data: new Uint8Array(bytes), width: side, height: side, channels: 3 as const };
    return cutFace(pixels, [24, 24, 48, 48]);
  };

  it("keeps its middle, takes the rest from the other, and says which is which", () => {
    const face = faceIn(200, 150);
    const drawn = drawSurroundings(new Random(1), faceIn(90, 20));
    const { face: placed, own } = withSurroundings(face, { ...drawn, passage: 0.35 });
    const middle = Math.floor(face.size / 2) * (face.size + 1);
    expect(placed.data[middle * 3]).toBe(200);
    expect(own[middle]).toBe(1);
    expect(placed.data[0]).toBe(20);
    expect(own[0]).toBe(0);
    // Between them a passage and no edge: neighbours differ by little.
    const line = Array.from(
      { length: face.size },
      (_, x) => own[middle - (middle % face.size) + x]!,
    );
    const steps = line.slice(1).map((value, i) => Math.abs(value - line[i]!));
    expect(Math.max(...steps)).toBeLessThan(0.2);
    expect(placed.box).toEqual(face.box);
    expect(face.data[0]).toBe(150);
  });

  it("lays the donor's head behind this one, however large it is there", () => {
    const small = faceIn(90, 20);
    const large = { ...small, box: [16, 16, 56, 56] as [number, number, number, number] };
    for (const donor of [small, large]) {
      const { face } = withSurroundings(faceIn(200, 150), { donor, reach: 1, passage: 0.1 });
      expect(face.data[0]).toBe(20);
    }
  });
});

describe("a batch", () => {
  const reals = Array.from({ length: 6 }, (_, n) => ({
    label: "real" as const,
    group: `r${n}`,
    head: 120,
    around: 220,
  }));
  const fakes = reals.map((real, n) => ({
    ...real,
    label: "fake" as const,
    group: `f${n}`,
    around: 30,
  }));

  it("shows both of a pair before the same surroundings, of either class", async () => {
    const pool = poolOf([...reals, ...fakes]);
    const own = await batchOf(pool, {});
    const other = await batchOf(pool, { surroundings: 1 });
    const away = (batch: Batch) =>
      Array.from({ length: 12 }, (_, pair) => {
        const [real, fake] = [greys(batch, 2 * pair), greys(batch, 2 * pair + 1)];
        return Math.abs(real.corners - fake.corners);
      });
    expect(Math.min(...away(own))).toBeGreaterThan(60);
    expect(Math.max(...away(other))).toBeLessThan(25);
    const behind = Array.from({ length: 24 }, (_, n) => greys(other, n).corners);
    expect(Math.min(...behind)).toBeLessThan(80);
    expect(Math.max(...behind)).toBeGreaterThan(170);
  });

  it("does not call the surroundings manipulated", async () => {
    const pool = poolOf([...reals, ...fakes]);
    // Of a generator whose pictures are synthetic from edge to edge.
    for (const { row } of pool.pictures) if (row.label === "fake") row.source = "stylegan1";
    const corner = async (surroundings: number) => {
      const { masks } = await batchOf(pool, { surroundings });
      return Math.max(...Array.from({ length: 12 }, (_, pair) => masks[(2 * pair + 1) * 16]!));
    };
    expect(await corner(0)).toBe(1);
    expect(await corner(1)).toBeLessThan(0.5);
  });

  it("takes of clips the share that it is asked for, and all pictures where it is not", async () => {
    const clips = fakes.map((fake, n) => ({ ...fake, around: 128, video: `v${n}` }));
    const pool = poolOf([...reals, ...fakes, ...clips]);
    const fromClips = async (videoFakes?: number | "auto") => {
      const batch = await batchOf(pool, {
        labelled: 40,
        ...(videoFakes !== undefined && { videoFakes }),
      });
      const corners = Array.from({ length: 40 }, (_, pair) => greys(batch, 2 * pair + 1).corners);
      return corners.filter((grey) => grey > 80).length;
    };
    expect(await fromClips(0)).toBe(0);
    expect(await fromClips(1)).toBe(40);
    const some = await fromClips();
    expect(some).toBeGreaterThan(5);
    expect(some).toBeLessThan(35);
    expect(await fromClips("auto")).toBe(some);
  });
});

describe("a lesson", () => {
  const pool = poolOf(
    Array.from({ length: 16 }, (_, n) => ({
      label: n % 2 ? ("fake" as const) : ("real" as const),
      group: `g${n}`,
      head: 120,
      around: n % 2 ? 30 : 220,
    })),
  );
  const lesson = async (surroundings?: number) => {
    const { labelled, pairs, generatedShare, mapSize, ...common } = RECIPE;
    const rest = surroundings === undefined ? {} : { surroundings };
    const recipe = { ...common, faces: 16, blends: 16, ...rest };
    return new LessonMaker(pool.bytes, pool.pictures, recipe).make(0);
  };
  const isDark = (batch: LessonBatch, n: number) => greys(batch, n).corners < 125;

  it("shows a face and its blend before the same surroundings, of either class", async () => {
    const [own, other] = [await lesson(), await lesson(1)];
    const others = Array.from({ length: 16 }, (_, n) => n).filter(
      (n) => isDark(other, n) !== (other.labels[n] === 1),
    );
    for (let n = 0; n < 16; n++) {
      expect(isDark(own, n)).toBe(own.labels[n] === 1);
      expect(isDark(other, 16 + n)).toBe(isDark(other, n));
    }
    expect(others.length).toBeGreaterThan(2);
    expect(others.length).toBeLessThan(14);
  });

  it("is what it was where nobody asks for them", async () => {
    expect(await lesson(0)).toEqual(await lesson());
  });
});

describe("what a student makes of surroundings", () => {
  const size = CARD.inputSize;
  const studentOf = (logitOf: (grey: { middle: number; corner: number }) => number): Student => ({
    card: CARD,
    dispose: () => {},
    predict: async (pixels) => {
      const perCrop = size * size * 3;
      const logits = Float32Array.from({ length: pixels.length / perCrop }, (_, n) =>
        logitOf({
          middle: pixels[n * perCrop + (size / 2) * (size + 1) * 3] as number,
          corner: pixels[n * perCrop] as number,
        }),
      );
      return { logits, maps: new Float32Array(logits.length), mapSize: [1, 1] };
    },
  });
  const pool = poolOf(
    Array.from({ length: 40 }, (_, n) => ({
      label: n % 2 ? ("fake" as const) : ("real" as const),
      group: `g${n}`,
      head: 100 + n,
      around: n % 2 ? 40 : 210,
    })),
  );
  const measured = async (student: Student, of = pool) =>
    surroundingsFigures(student, of, intervals(50, 1));

  it("is at chance for one that looks at faces", async () => {
    const figures = await measured(studentOf(({ middle }) => middle / 50));
    expect(figures).toMatchObject({ faces: 20, groups: 20 });
    expect(figures?.auc.value).toBe(0.5);
    expect(figures?.shift.value).toBe(0);
  });

  it("finds one out that goes by the wall behind them", async () => {
    const figures = await measured(studentOf(({ corner }) => (corner < 100 ? 9 : -9)));
    expect(figures?.auc.value).toBe(1);
    expect(figures?.shift.value).toBe(18);
    expect(figures?.suspicious.beforeReal.value).toBe(0);
    expect(figures?.suspicious.beforeFake.value).toBe(1);
  });

  it("says nothing without fakes, or of clips alone", async () => {
    const student = studentOf(() => 0);
    const only = (keep: (row: FaceRow) => boolean) => ({
      ...pool,
      pictures: pool.pictures.filter(({ row }) => keep(row)),
    });
    expect(
      await measured(
        student,
        only(({ label }) => label === "real"),
      ),
    ).toBeNull();
    const clips = pool.pictures.map((picture) => ({
      ...picture,
      row: { ...picture.row, video: picture.row.group },
    }));
    expect(await measured(student, { ...pool, pictures: clips })).toBeNull();
  });
});
