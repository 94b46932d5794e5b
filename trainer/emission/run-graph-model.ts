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

/** Scores `[n, size, size, 3]` bytes. */
export async function runGraphModel(
  model: EmittedModel,
  pixels: Uint8Array,
  size: number,
): Promise<{ logits: Float32Array; maps: Float32Array }> {
  const network = await loadEmitted(model);
  const input = tensor4d(normalisePixels(pixels), [
    pixels.length / (size * size * 3),
    size,
    size,
    3,
  ]);
  const [logit, map] = network.execute(input, ["logit", "map"]) as [Tensor, Tensor];
  const logits = logit.dataSync() as Float32Array;
  const maps = map.dataSync() as Float32Array;
  input.dispose();
  logit.dispose();
  map.dispose();
  network.dispose();
  return { logits, maps };
}
