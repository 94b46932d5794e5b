// Faces redrawn by upscaling networks: the networks are read and run as they are stored, and drawings find
// their way beside their originals and into batches.
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memory, tensor4d, tidy } from "@tensorflow/tfjs-core";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FaceRow, readManifest } from "../../trainer/datasets/manifest";
import { loadPictures, pixelsOf } from "../../trainer/datasets/pictures";
import { REDRAWN_FOLDER, withRedrawn } from "../../trainer/datasets/redrawn";
import { sampleSheets } from "../../trainer/evaluation/sample-sheets";
import { NcnnNetwork } from "../../trainer/redrawing/ncnn-network";
import { openUpscalingNetwork, UPSCALING_NETWORKS } from "../../trainer/redrawing/real-esrgan";
import { type RedrawJob, redrawFaces } from "../../trainer/redrawing/redraw-faces";
import { BatchMaker, type BatchRecipe } from "../../trainer/synthesis/batch";
import { useNativeBackend } from "./native-backend";
import { stripedData } from "./striped-data";

useNativeBackend();

/** Layers as a `.param` has them: `kind inputs outputs settings`. */
function structure(
  ...layers: [kind: string, inputs: string, outputs: string, settings?: string][]
) {
  const words = (names: string) => (names === "" ? [] : names.split(" "));
  const lines = layers.map(([kind, inputs, outputs, settings = ""], i) =>
    [
      kind,
      `layer${i}`,
      words(inputs).length,
      words(outputs).length,
      ...words(inputs),
      ...words(outputs),
      settings,
    ].join(" "),
  );
  return `7767517\n${layers.length} ${layers.length}\n${lines.join("\n")}\n`;
}

const INPUT: [string, string, string] = ["Input", "", "data"];

/** Weights behind the mark of full precision, then plain ones. */
function weights(...parts: { marked?: number[]; plain?: number[] }[]): Uint8Array {
  const floats = parts.flatMap(({ marked, plain }) => (marked ? [0, ...marked] : (plain ?? [])));
  return new Uint8Array(Float32Array.from(floats).buffer);
}

/** Each pixel becomes 2×2 of its own: 12 channels by a 1×1 convolution, then shuffled into pixels. */
const repeated = [0, 1, 2].flatMap((c) =>
  Array.from({ length: 4 }, () => [0, 1, 2].map((from) => (from === c ? 1 : 0))).flat(),
);
const DOUBLING = structure(
  INPUT,
  ["Convolution", "data", "a", "0=12 1=1 4=0 5=0 6=36"],
  ["PixelShuffle", "a", "b", "0=2"],
);
const doubling = () => new NcnnNetwork(DOUBLING, weights({ marked: repeated }));

/** Two rows of two pixels. */
const PICTURE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 0.05, 0.15];

function outputOf(network: NcnnNetwork): { values: number[]; shape: number[] } {
  const output = tidy(() => network.run(tensor4d(PICTURE, [1, 2, 2, 3])));
  const values = [...output.dataSync()];
  output.dispose();
  network.dispose();
  return { values, shape: output.shape };
}

describe("a network of ncnn", () => {
  it("shuffles channels into pixels", () => {
    const { values, shape } = outputOf(doubling());
    expect(shape).toEqual([1, 4, 4, 3]);
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 4; x++)
        for (let c = 0; c < 3; c++)
          expect(values[(y * 4 + x) * 3 + c]).toBeCloseTo(
            PICTURE[((y >> 1) * 2 + (x >> 1)) * 3 + c] as number,
            6,
          );
  });

  it("convolves with zeros around, bias and leaky ReLU, kernels stored row by row", () => {
    // One channel out of the first one in: the pixel to the left, minus 0.5.
    const kernel = new Array(27).fill(0);
    kernel[3] = 1;
    const network = new NcnnNetwork(
      structure(INPUT, ["Convolution", "data", "out", "0=1 1=3 4=1 5=1 6=27 9=2 -23310=1,0.2"]),
      weights({ marked: kernel }, { plain: [-0.5] }),
    );
    const { values } = outputOf(network);
    const expected = [-0.1, 0.2 * (0.1 - 0.5), -0.1, 0.2];
    for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 6);
  });

  it("adds, weighs, joins, slopes and enlarges", () => {
    const network = new NcnnNetwork(
      structure(
        INPUT,
        ["Split", "data", "a b c d"],
        ["BinaryOp", "a b", "twice"],
        ["Eltwise", "twice c", "e", "0=1 -23301=2,0.5,-2.0"],
        ["PReLU", "e", "f", "0=3"],
        ["Concat", "f d", "g"],
        ["Interp", "g", "h", "0=1 1=2.0 2=2.0"],
      ),
      weights({ plain: [0.1, 0.2, 0.3] }),
    );
    const { values, shape } = outputOf(network);
    expect(shape).toEqual([1, 4, 4, 6]);
    // x + x, halved, minus 2x is -x; each channel has a slope of its own.
    const [r, g, b] = [0.1, 0.2, 0.3];
    const first = [-r * 0.1, -g * 0.2, -b * 0.3, r, g, b];
    for (const at of [0, 6, 24, 30])
      for (const [i, value] of first.entries()) expect(values[at + i]).toBeCloseTo(value, 6);
  });

  it("reads weights of half precision", () => {
    const bytes = new Uint8Array(4 + 8 + 4);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x01306b47, true);
    // 1, -2 and the least number above nothing, padded to four bytes; then a bias of 0.25.
    for (const [i, bits] of [0x3c00, 0xc000, 0x0001].entries())
      view.setUint16(4 + 2 * i, bits, true);
    view.setFloat32(12, 0.25, true);
    const { values } = outputOf(
      new NcnnNetwork(structure(INPUT, ["Convolution", "data", "out", "0=1 1=1 5=1 6=3"]), bytes),
    );
    expect(values[0]).toBeCloseTo(0.1 - 0.4 + 0.25 + 0.3 * 2 ** -24, 6);
  });

  it("drops what it made on the way", () => {
    const network = doubling();
    const before = memory().numTensors;
    const input = tensor4d(PICTURE, [1, 2, 2, 3]);
    network.run(input).dispose();
    input.dispose();
    expect(memory().numTensors).toBe(before);
    network.dispose();
  });

  it.each([
    ["no network at all", "a page that says 404", weights({}), /no network/],
    ["another layer", structure(INPUT, ["Sigmoid", "data", "out"]), weights({}), /Sigmoid layer1/],
    ["weights that end early", DOUBLING, weights({ marked: repeated.slice(1) }), /end early/],
    ["weights left over", DOUBLING, weights({ marked: [...repeated, 1] }), /more weights/],
    [
      "a stride",
      structure(INPUT, ["Convolution", "data", "out", "0=1 1=1 3=2 6=3"]),
      weights({ marked: [1, 1, 1] }),
      /stride/,
    ],
    [
      "weights stored in another way",
      structure(INPUT, ["Convolution", "data", "out", "0=1 1=1 6=3"]),
      new Uint8Array(16).fill(7),
      /not known/,
    ],
    [
      "a setting that is no number",
      structure(INPUT, ["PReLU", "data", "out", "0=x"]),
      weights({}),
      /0=x/,
    ],
    ["a product", structure(INPUT, ["BinaryOp", "data data", "out", "0=2"]), weights({}), /sums/],
  ])("refuses %s", (_, param, bin, reason) => {
    expect(() => new NcnnNetwork(param, bin)).toThrow(reason);
  });
});

describe("Real-ESRGAN", () => {
  it("is what was expected, and the light one keeps colours", async () => {
    const [light] = UPSCALING_NETWORKS;
    if (!light) throw new Error("there is none");
    const network = await openUpscalingNetwork(light);
    const plain = Array.from({ length: 24 * 24 }, () => [0.7, 0.5, 0.4]).flat();
    const output = tidy(() => network.run(tensor4d(plain, [1, 24, 24, 3])));
    expect(output.shape).toEqual([1, 96, 96, 3]);
    const values = output.dataSync();
    const middle = 3 * (48 * 96 + 48);
    expect(values[middle]).toBeCloseTo(0.7, 1);
    expect(values[middle + 2]).toBeCloseTo(0.4, 1);
    output.dispose();
    network.dispose();
  }, 300_000);
});

describe("redrawing", () => {
  let data: string;
  beforeEach(async () => {
    data = await stripedData({ train: 16, unlabelled: 4, val: 4 });
  });
  afterEach(() => rm(data, { recursive: true, force: true }));

  const redraw = async (
    rest: Partial<RedrawJob> = {},
    reduced: readonly [number, number] = [2, 4],
  ) => {
    const opened = doubling();
    const network = {
      name: "real-esrgan-light" as const,
      file: "",
      sha256: { param: "", bin: "" },
      reduced,
    };
    return redrawFaces({
      data,
      rows: await readManifest(data),
      splits: ["train"],
      networks: [{ network, opened, share: 1 }],
      seed: 1,
      shard: { index: 0, count: 1 },
      shards: { maxBytes: 1e9, maxRecords: 3 },
      quality: 93,
      ...rest,
    }).finally(() => opened.dispose());
  };
  /** Grey levels, mean over all values. */
  const distance = (own: Uint8Array, drawn: Uint8Array) =>
    own.reduce((sum, value, i) => sum + Math.abs(value - drawn[i]!), 0) / own.length;
  const trainRows = async () => (await readManifest(data)).filter(({ split }) => split === "train");

  it("puts a drawing, as large as it was, beside each real face of the split alone", async () => {
    expect(await redraw()).toEqual({ complete: true, faces: 8, drawings: 8, broken: [] });
    const rows = await withRedrawn(data, await trainRows());
    for (const { label, redrawn } of rows)
      expect(redrawn?.length).toBe(label === "real" ? 1 : undefined);
    const { pictures, ...pool } = await loadPictures(data, rows);
    expect(pictures).toHaveLength(16);
    for (const picture of pictures) {
      const [drawing] = picture.redrawn ?? [];
      if (picture.row.label !== "real") {
        expect(drawing).toBeUndefined();
        continue;
      }
      if (!drawing) throw new Error(`${picture.row.file} has none`);
      expect(drawing.row).toMatchObject({
        label: "fake",
        generator: "real-esrgan-light",
        group: picture.row.group,
        box: picture.row.box,
      });
      const difference = distance(pixelsOf(pool, picture).data, pixelsOf(pool, drawing).data);
      // Another picture of the same face: not the same pixels, and nearly the same colours.
      expect(difference).toBeGreaterThan(0.5);
      expect(difference).toBeLessThan(12);
    }
  });

  it("draws a face that was not reduced larger than it was, and it comes back nearer to it", async () => {
    const distanceWhen = async (reduced: readonly [number, number]) => {
      await rm(join(data, REDRAWN_FOLDER), { recursive: true, force: true });
      await redraw({}, reduced);
      const { pictures, ...pool } = await loadPictures(
        data,
        await withRedrawn(data, await trainRows()),
      );
      const [picture] = pictures.filter(({ redrawn }) => redrawn);
      const [drawing] = picture?.redrawn ?? [];
      if (!picture || !drawing) throw new Error("there is no drawing");
      const [own, drawn] = [pixelsOf(pool, picture).data, pixelsOf(pool, drawing).data];
      expect(drawn.length).toBe(own.length);
      return distance(own, drawn);
    };
    expect(await distanceWhen([1, 1])).toBeLessThan(0.6 * (await distanceWhen([4, 4])));
  });

  it("goes on after an interruption, and comes to the same", async () => {
    const stop = new AbortController();
    const first = await redraw({
      signal: stop.signal,
      onUnit: ({ done }) => {
        if (done === 4) stop.abort();
      },
    });
    expect(first).toMatchObject({ complete: false, faces: 4 });
    await expect(withRedrawn(data, await trainRows())).rejects.toThrow(/not finished/);
    expect(await redraw()).toMatchObject({ complete: true, faces: 4 });
    const drawings = async () => {
      const { pictures, ...pool } = await loadPictures(
        data,
        await withRedrawn(data, await trainRows()),
      );
      return pictures.map(({ redrawn = [] }) => redrawn.map((one) => pixelsOf(pool, one).data));
    };
    const inTwo = await drawings();
    await rm(join(data, REDRAWN_FOLDER), { recursive: true });
    await redraw();
    expect(await drawings()).toEqual(inTwo);
    expect(await redraw()).toMatchObject({ complete: true, faces: 0 });
  });

  it("is shared out to machines, and refuses a part that another job began", async () => {
    await redraw({ shard: { index: 0, count: 2 } });
    await expect(withRedrawn(data, await trainRows())).rejects.toThrow(/1 of 2 parts are missing/);
    await redraw({ shard: { index: 1, count: 2 } });
    const rows = await withRedrawn(data, await trainRows());
    expect(rows.filter(({ redrawn }) => redrawn)).toHaveLength(8);
    await expect(redraw({ shard: { index: 1, count: 2 }, seed: 2 })).rejects.toThrow(
      /other data or with other settings/,
    );
  });

  it("leaves out a picture that cannot be read, and says so", async () => {
    const [broken] = (await trainRows()).filter(({ label }) => label === "real") as [FaceRow];
    await writeFile(join(data, broken.file), "no picture");
    const { faces, drawings, broken: said } = await redraw();
    expect({ faces, drawings }).toEqual({ faces: 8, drawings: 7 });
    expect(said).toMatchObject([{ file: broken.file }]);
  });

  it("refuses a split without real faces, and tells a stage what is missing or of other data", async () => {
    await expect(redraw({ splits: ["tset"] })).rejects.toThrow(/no real face of tset/);
    await expect(withRedrawn(data, await trainRows())).rejects.toThrow(/trainer -- redraw/);
    await redraw();
    const renamed = (await trainRows()).map((row) => ({ ...row, file: `other/${row.file}` }));
    await expect(withRedrawn(data, renamed)).rejects.toThrow(/other pictures/);
    const shards = join(data, REDRAWN_FOLDER);
    const [tar] = (await readdir(shards)).filter((name) => name.endsWith("000001.tar"));
    await truncate(join(shards, tar as string), 700);
    await expect(withRedrawn(data, await trainRows())).rejects.toThrow(/ends early/);
  });

  it("takes no drawing of another size for its picture's", async () => {
    await redraw();
    const real = (await trainRows()).filter(({ label }) => label === "real");
    const [first] = real as [FaceRow];
    const file = join(data, first.file);
    await writeFile(
      file,
      await sharp(await readFile(file))
        .resize(90, 90)
        .toBuffer(),
    );
    const { pictures } = await loadPictures(data, await withRedrawn(data, real));
    expect(pictures.filter(({ redrawn }) => redrawn)).toHaveLength(7);
    expect(pictures).toHaveLength(8);
  });

  it("serves every face of a picture with several", async () => {
    await redraw();
    const [first] = (await trainRows()).filter(({ label }) => label === "real") as [FaceRow];
    const rows: FaceRow[] = [first, { ...first, box: [10, 10, 30, 30] }];
    const { pictures } = await loadPictures(data, await withRedrawn(data, rows));
    expect(pictures.map(({ row }) => row.box)).toEqual(rows.map(({ box }) => box));
    for (const { redrawn } of pictures) expect(redrawn?.length).toBeGreaterThan(0);
  });

  it("gives batches their pseudo-fakes, and changes nothing where the recipe asks for none", async () => {
    await redraw();
    const rows = (await trainRows()).filter(({ label }) => label === "real");
    const batch = async (from: readonly FaceRow[], rest: Partial<BatchRecipe>) => {
      const { bytes, pictures } = await loadPictures(data, from);
      const recipe = {
        ...{ pairs: 4, labelled: 0, swapShare: 0, generatedShare: 0, videoLike: 0 },
        ...{ inputSize: 48, cropMargin: 1.3, mapSize: 3, seed: 1, redrawnShare: 1 },
      };
      return new BatchMaker(bytes, pictures, { ...recipe, ...rest }).make(0);
    };
    const drawn = await withRedrawn(data, rows);
    const plain = await batch(rows, {});
    expect((await batch(drawn, {})).pixels).toEqual(plain.pixels);
    const upscaled = await batch(drawn, { upscaledShare: 1 });
    expect(upscaled.pixels).not.toEqual(plain.pixels);
    expect(upscaled.masks.subarray(9, 18).every((cell) => cell === 1)).toBe(true);
    // Put into the original, it leaves a part of it as it was.
    const inside = await batch(drawn, { upscaledShare: 1, insideShare: 1 });
    expect(inside.pixels).not.toEqual(upscaled.pixels);
    const cells = [...inside.masks.subarray(9, 18)];
    expect(Math.min(...cells)).toBeLessThan(0.5);
    expect(Math.max(...cells)).toBeGreaterThan(0.5);
    // Without a drawing there is the other way of redrawing.
    expect((await batch(rows, { upscaledShare: 1 })).pixels).toEqual(plain.pixels);
  });

  it("shows drawings on the sheet of pseudo-fakes", async () => {
    await redraw();
    const rows = (await trainRows()).filter(({ label }) => label === "real");
    const drawn = await withRedrawn(data, rows);
    const sheet = async (upscaledShare: number) => {
      const common = { inputSize: 48, cropMargin: 1.3, seed: 1 };
      const batch = { pairs: 2, labelled: 0, swapShare: 0, generatedShare: 0, videoLike: 0 };
      const sheets = await sampleSheets(data, drawn, {
        batch: { ...common, ...batch, mapSize: 3, redrawnShare: 1, upscaledShare },
        views: { ...common, n: 4, leastArea: 0.5, blended: false },
      });
      return sheets.get("pseudo-fakes.html");
    };
    expect(await sheet(1)).not.toBe(await sheet(0));
  });
});
