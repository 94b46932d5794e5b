// Loads a student package: schema, hashes, network, numeric self-test, in that order, so that a
// damaged or forged package is refused before it can score anything. The caller has registered
// and chosen the tfjs backend.
import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import { type Tensor, tensor4d } from "@tensorflow/tfjs-core";
import { parseCard, type StudentCard } from "./card";
import { sha256Hex } from "./digest";
import { StudentPackageError } from "./error";
import { selfTestPixels } from "./self-test";

export interface StudentPrediction {
  /** Logit of manipulation, one a picture, before the temperature. */
  logits: Float32Array;
  /** Where: the logit of manipulation of each cell of a coarse grid, `[n, h, w]`. */
  maps: Float32Array;
  mapSize: [height: number, width: number];
}

export interface Student {
  card: StudentCard;
  /**
   * Scores a batch.
   *
   * @param pixels RGB values 0–255, `[n, inputSize, inputSize, 3]`; normalised here.
   * @throws RangeError if the length is no whole number of pictures.
   */
  predict(pixels: Float32Array | Uint8Array | Uint8ClampedArray): Promise<StudentPrediction>;
  /** Frees the weights; the student cannot be used afterwards. */
  dispose(): void;
}

export const PACKAGE_FILES = ["card.json", "model.json", "weights.bin"] as const;
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

function requireFile(files: PackageFiles, name: (typeof PACKAGE_FILES)[number]): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw new StudentPackageError(`the package holds no ${name}`);
  return bytes;
}

/**
 * Checks a package without touching tfjs: all files there, card valid, hashes right.
 *
 * @throws StudentPackageError with a plain reason.
 */
export async function verifyPackage(files: PackageFiles): Promise<StudentCard> {
  const card = parseCard(new TextDecoder().decode(requireFile(files, "card.json")));
  for (const name of ["model.json", "weights.bin"] as const) {
    if ((await sha256Hex(requireFile(files, name))) !== card.files[name])
      throw new StudentPackageError(`${name} does not match the hash in card.json`);
  }
  return card;
}

async function loadNetwork(files: PackageFiles): Promise<GraphModel> {
  try {
    const topology = JSON.parse(new TextDecoder().decode(requireFile(files, "model.json")));
    const weights = requireFile(files, "weights.bin");
    return await loadGraphModel({
      load: async () => ({
        modelTopology: topology.modelTopology,
        format: topology.format,
        signature: topology.signature,
        weightSpecs: topology.weightsManifest[0].weights,
        weightData: weights.slice().buffer,
      }),
    });
  } catch (error) {
    throw new StudentPackageError(`the network cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Verifies a package and makes it ready to score.
 *
 * @param files the package by file name; see `PACKAGE_FILES`.
 * @throws StudentPackageError if the schema, a hash, the network or the self-test fails.
 */
export async function loadStudent(files: PackageFiles): Promise<Student> {
  const card = await verifyPackage(files);
  const network = await loadNetwork(files);
  const student: Student = {
    card,
    predict: (pixels) => predict(network, card, pixels),
    dispose: () => network.dispose(),
  };
  try {
    await selfTest(student);
  } catch (error) {
    student.dispose();
    throw error;
  }
  return student;
}

async function predict(
  network: GraphModel,
  card: StudentCard,
  pixels: ArrayLike<number>,
): Promise<StudentPrediction> {
  const { inputSize, normalisation } = card;
  const perPicture = inputSize * inputSize * 3;
  const n = pixels.length / perPicture;
  if (!Number.isInteger(n) || n === 0)
    throw new RangeError(`${pixels.length} values are no pictures of ${perPicture}`);
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < values.length; i++)
    values[i] = (pixels[i]! - normalisation.mean) / normalisation.scale;

  const input = tensor4d(values, [n, inputSize, inputSize, 3]);
  let outputs: Tensor[] = [];
  try {
    outputs = network.execute(input, ["logit", "map"]) as Tensor[];
    const [logit, map] = outputs as [Tensor, Tensor];
    const [logits, maps] = await Promise.all([logit.data(), map.data()]);
    return {
      logits: logits as Float32Array,
      maps: maps as Float32Array,
      mapSize: [map.shape[1] as number, map.shape[2] as number],
    };
  } finally {
    input.dispose();
    for (const output of outputs) output.dispose();
  }
}

async function selfTest(student: Student): Promise<void> {
  const { inputSize, selfTest } = student.card;
  let logit: number;
  try {
    const { logits } = await student.predict(selfTestPixels(inputSize, selfTest.seed));
    logit = logits[0] as number;
  } catch (error) {
    throw new StudentPackageError(`the self-test could not run: ${(error as Error).message}`);
  }
  // Written so that NaN fails as well.
  if (!(Math.abs(logit - selfTest.logit) <= selfTest.tolerance))
    throw new StudentPackageError(
      `self-test: logit ${logit.toFixed(4)}, expected ${selfTest.logit.toFixed(4)} ± ${selfTest.tolerance}`,
    );
}
