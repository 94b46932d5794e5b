// Assembles a student package: network, weights, and a card whose hashes and self-test are
// computed from the very bytes that are written.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseCard, type StudentCard } from "../../model/package/card";
import { sha256Hex } from "../../model/package/digest";
import { selfTestPixels } from "../../model/package/self-test";
import { loadStudent, PACKAGE_FILES } from "../../model/package/student";
import type { EmittedModel } from "./graph-model";
import { runGraphModel } from "./run-graph-model";

/** The card without what is computed from the files. */
export type CardDraft = Omit<StudentCard, "files" | "selfTest">;

const SELF_TEST_SEED = 1;
/** Wide enough for backends that compute in half floats, far narrower than any real damage. */
const SELF_TEST_TOLERANCE = 0.05;

/**
 * Builds the package and loads it once, so that nothing is written that the extension would refuse.
 *
 * @throws StudentPackageError if the result does not load.
 */
export async function assemblePackage(
  model: EmittedModel,
  draft: CardDraft,
): Promise<Map<string, Uint8Array>> {
  const pixels = selfTestPixels(draft.inputSize, SELF_TEST_SEED);
  const { logits } = await runGraphModel(model, pixels, draft.inputSize);
  const card: StudentCard = {
    ...draft,
    files: {
      "model.json": await sha256Hex(model["model.json"]),
      "weights.bin": await sha256Hex(model["weights.bin"]),
    },
    selfTest: {
      seed: SELF_TEST_SEED,
      logit: Number((logits[0] as number).toFixed(6)),
      tolerance: SELF_TEST_TOLERANCE,
    },
  };
  const json = `${JSON.stringify(card, null, 2)}\n`;
  parseCard(json);
  const files = new Map<string, Uint8Array>([
    ["card.json", new TextEncoder().encode(json)],
    ["model.json", model["model.json"]],
    ["weights.bin", model["weights.bin"]],
  ]);
  (await loadStudent(files)).dispose();
  return files;
}

/** Writes a package's files into a folder, which is made if missing. */
export async function writePackage(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of PACKAGE_FILES) await writeFile(join(folder, name), files.get(name) ?? "");
}

/**
 * Replaces the metrics of one split in a package folder's card; the other files stay as they are.
 *
 * @throws StudentPackageError if the card is not valid before or after.
 */
export async function writeCardMetrics(
  folder: string,
  metrics: StudentCard["metrics"],
): Promise<void> {
  const path = join(folder, "card.json");
  const card = parseCard(await readFile(path, "utf8"));
  const splits = new Set(metrics.map(({ split }) => split));
  const kept = card.metrics.filter(({ split }) => !splits.has(split));
  const json = `${JSON.stringify({ ...card, metrics: [...kept, ...metrics] }, null, 2)}\n`;
  parseCard(json);
  await writeFile(path, json);
}
