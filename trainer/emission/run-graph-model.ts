// Runs an emitted network from memory, for checks and measurements before it has a card.
import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import { type Tensor, tensor4d } from "@tensorflow/tfjs-core";
import { normalisePixels } from "../../model/student/normalise";
import type { EmittedModel } from "./graph-model";

/** Loads `model.json` and `weights.bin` given as bytes. */
export async function loadEmitted(model: EmittedModel): Promise<GraphModel> {
  const topology = JSON.parse(new TextDecoder().decode(model["model.json"]));
  return loadGraphModel({
    load: async () => ({
      modelTopology: topology.modelTopology,
      format: topology.format,
      signature: topology.signature,
      weightSpecs: topology.weightsManifest[0].weights,
      weightData: model["weights.bin"].slice().buffer,
    }),
  });
}

/** Scores `[n, size, size, 3]` bytes, a chunk at a time. */
export async function runGraphModel(
  model: EmittedModel,
  pixels: Uint8Array,
  size: number,
  chunk = 64,
): Promise<{ logits: Float32Array; maps: Float32Array }> {
  const network = await loadEmitted(model);
  const perPicture = size * size * 3;
  const n = pixels.length / perPicture;
  const logits = new Float32Array(n);
  let maps = new Float32Array(0);
  for (let from = 0; from < n; from += chunk) {
    const part = pixels.subarray(from * perPicture, Math.min(n, from + chunk) * perPicture);
    const count = part.length / perPicture;
    const input = tensor4d(normalisePixels(part), [count, size, size, 3]);
    const [logit, map] = network.execute(input, ["logit", "map"]) as [Tensor, Tensor];
    const cells = map.size / count;
    if (maps.length === 0) maps = new Float32Array(n * cells);
    logits.set(logit.dataSync() as Float32Array, from);
    maps.set(map.dataSync() as Float32Array, from * cells);
    for (const used of [input, logit, map]) used.dispose();
  }
  network.dispose();
  return { logits, maps };
}
