// Networks in the format of ncnn (github.com/Tencent/ncnn, docs/developer-guide: "param and model file
// structure"): a text with a layer a line, and a file with their weights in the same order. As many kinds of
// layer are known as the upscaling networks have that we run.
import {
  add,
  concat,
  conv2d,
  leakyRelu,
  mul,
  prelu,
  reshape,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
  image as tfImage,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";

/** A network that this code cannot run; the message says why. */
export class NcnnError extends Error {
  override name = "NcnnError";
}

const MAGIC = "7767517";
/** Marks weights of half precision, padded to four bytes. */
const HALF = 0x01306b47;
/** Keys of lists are counted down from here. */
const LISTS = -23300;
const LEAKY_RELU = 2;
const NEAREST = 1;

type Apply = (inputs: Tensor4D[]) => Tensor4D;

interface Layer {
  apply: Apply;
  inputs: string[];
  outputs: string[];
  weights: Tensor[];
}

/** What a line says beside kind and names: `0=64`, or `-23310=1,0.2` (a list under 10). */
class Settings {
  private readonly values = new Map<number, number[]>();

  constructor(words: readonly string[]) {
    for (const word of words) {
      const [, key, text = ""] = /^(-?\d+)=(.+)$/.exec(word) ?? [];
      const numbers = text.split(",").map(Number);
      if (key === undefined || numbers.some(Number.isNaN)) throw new NcnnError(`setting "${word}"`);
      const isList = Number(key) <= LISTS;
      this.values.set(
        isList ? LISTS - Number(key) : Number(key),
        isList ? numbers.slice(1) : numbers,
      );
    }
  }

  number(key: number, otherwise = 0): number {
    return this.values.get(key)?.[0] ?? otherwise;
  }

  list(key: number, otherwise: readonly number[]): readonly number[] {
    return this.values.get(key) ?? otherwise;
  }
}

class WeightFile {
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isRead(): boolean {
    return this.at === this.view.byteLength;
  }

  floats(n: number): Float32Array {
    const from = this.take(4 * n);
    return Float32Array.from({ length: n }, (_, i) => this.view.getFloat32(from + 4 * i, true));
  }

  /** Weights behind a mark that says how they are stored. */
  marked(n: number): Float32Array {
    const mark = this.view.getUint32(this.take(4), true);
    if (mark === 0) return this.floats(n);
    if (mark !== HALF)
      throw new NcnnError(`weights are stored in a way (${mark}) that is not known`);
    const from = this.take(4 * Math.ceil(n / 2));
    return Float32Array.from({ length: n }, (_, i) =>
      half(this.view.getUint16(from + 2 * i, true)),
    );
  }

  private take(bytes: number): number {
    const from = this.at;
    this.at += bytes;
    if (this.at > this.view.byteLength) throw new NcnnError("the weights end early");
    return from;
  }
}

/** IEEE 754 half precision. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A chain of layers from one picture to one picture. */
export class NcnnNetwork {
  private readonly layers: Layer[];
  /** How many layers read each value: it is dropped after the last. */
  private readonly readers = new Map<string, number>();

  /** @throws NcnnError if it has a layer that is not known, or other weights than its layers need. */
  constructor(structure: string, weights: Uint8Array) {
    const [magic, , ...lines] = structure.trim().split("\n");
    if (magic?.trim() !== MAGIC) throw new NcnnError("this is no network of ncnn");
    const file = new WeightFile(weights);
    this.layers = lines.map((line) => layerOf(line, file));
    if (!file.isRead) throw new NcnnError("there are more weights than the layers need");
    for (const { inputs } of this.layers)
      for (const name of inputs) this.readers.set(name, (this.readers.get(name) ?? 0) + 1);
  }

  /**
   * @param input `[1, height, width, 3]`, RGB from 0 to 1. It stays the caller's.
   * @returns of the last layer, `[1, …, …, channels]`.
   */
  run(input: Tensor4D): Tensor4D {
    const values = new Map<string, Tensor4D>();
    const left = new Map(this.readers);
    let last = input;
    for (const { apply, inputs, outputs } of this.layers) {
      const read = inputs.map((name) => values.get(name) as Tensor4D);
      last = tidy(() => apply(inputs.length > 0 ? read : [input]));
      // Each reader has a handle of its own, so that each can be dropped by itself.
      for (const [i, name] of outputs.entries()) values.set(name, i === 0 ? last : last.clone());
      for (const name of inputs) {
        left.set(name, (left.get(name) ?? 1) - 1);
        if (left.get(name) === 0) values.get(name)?.dispose();
      }
    }
    return last;
  }

  dispose(): void {
    for (const { weights } of this.layers) for (const weight of weights) weight.dispose();
  }
}

function layerOf(line: string, file: WeightFile): Layer {
  const [kind = "", name, inputCount, outputCount, ...words] = line.trim().split(/\s+/);
  const [from, to] = [Number(inputCount), Number(inputCount) + Number(outputCount)];
  const inputs = words.slice(0, from);
  const outputs = words.slice(from, to);
  try {
    const { apply, weights = [] } = layerOfKind(kind, new Settings(words.slice(to)), file);
    return { apply, weights, inputs, outputs };
  } catch (error) {
    throw error instanceof NcnnError ? new NcnnError(`${kind} ${name}: ${error.message}`) : error;
  }
}

function layerOfKind(
  kind: string,
  settings: Settings,
  file: WeightFile,
): { apply: Apply; weights?: Tensor[] } {
  switch (kind) {
    case "Input":
    case "Split":
      return { apply: ([x]) => (x as Tensor4D).clone() };
    case "Convolution":
      return convolution(settings, file);
    case "PReLU": {
      const slope = tensor1d(file.floats(settings.number(0)));
      return {
        apply: ([x]) => prelu(x as Tensor4D, slope as Tensor) as Tensor4D,
        weights: [slope],
      };
    }
    case "PixelShuffle":
      return { apply: ([x]) => pixelShuffle(x as Tensor4D, settings.number(0)) };
    case "Interp":
      return enlargement(settings);
    case "BinaryOp":
      if (settings.number(0) !== 0) throw new NcnnError("only sums are known");
      return { apply: ([a, b]) => add(a as Tensor4D, b as Tensor4D) };
    case "Eltwise": {
      if (settings.number(0) !== 1) throw new NcnnError("only sums are known");
      const [p = 1, q = 1] = settings.list(1, [1, 1]);
      return { apply: ([a, b]) => add(mul(a as Tensor4D, p), mul(b as Tensor4D, q)) };
    }
    case "Concat":
      return { apply: (all) => concat(all, 3) };
    default:
      throw new NcnnError("a kind of layer that is not known");
  }
}

/** Stride 1, padded to the same size; with or without a leaky ReLU. */
function convolution(settings: Settings, file: WeightFile): { apply: Apply; weights: Tensor[] } {
  const [out, side, count] = [settings.number(0), settings.number(1), settings.number(6)];
  const isSame = settings.number(3, 1) === 1 && 2 * settings.number(4) === side - 1;
  const activation = settings.number(9);
  if (!isSame || (activation !== 0 && activation !== LEAKY_RELU))
    throw new NcnnError("its stride, padding or activation is not known");
  const into = count / (out * side * side);
  const stored = file.marked(count);
  const kernel: Tensor4D = tidy(() =>
    transpose(tensor4d(stored, [out, into, side, side]), [2, 3, 1, 0]),
  );
  const bias = tensor1d(settings.number(5) === 1 ? file.floats(out) : new Float32Array(out));
  const [slope = 0] = settings.list(10, []);
  const linear: Apply = ([x]) => add(conv2d(x as Tensor4D, kernel, 1, "same"), bias);
  const apply: Apply = activation === 0 ? linear : (x) => leakyRelu(linear(x), slope);
  return { apply, weights: [kernel, bias] };
}

/** `[1, h, w, c·r²]` → `[1, h·r, w·r, c]` (Shi et al. 2016, equation 4), channels as PyTorch orders them. */
function pixelShuffle(x: Tensor4D, r: number): Tensor4D {
  const [, h, w, channels] = x.shape;
  const c = channels / r ** 2;
  const apart = reshape(x, [h, w, c, r, r]);
  return reshape(transpose(apart, [0, 3, 1, 4, 2]), [1, h * r, w * r, c]);
}

function enlargement(settings: Settings): { apply: Apply } {
  const factor = settings.number(1);
  if (settings.number(0) !== NEAREST || !Number.isInteger(factor))
    throw new NcnnError("only the nearest pixel, repeated, is known");
  return {
    apply: ([x]) => {
      const [, h, w] = (x as Tensor4D).shape;
      return tfImage.resizeNearestNeighbor(x as Tensor4D, [h * factor, w * factor]);
    },
  };
}
