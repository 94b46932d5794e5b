// A package's network as parameters to go on learning from: what it ships is all that is left of many
// a run.
import { io, type Tensor } from "@tensorflow/tfjs-core";
import { BATCH_NORM_EPSILON, type StudentArchitecture } from "../../model/student/architecture";
import { convolutionLayers, kernelShape, type Parameters } from "../network/parameters";
import type { EmittedModel } from "./graph-model";

/**
 * The inverse of `foldBatchNorm`, as far as there is one: batch norm that changes nothing but the shift.
 * Its statistics mean nothing, so they must be kept as they are (`freeze`).
 *
 * @throws RangeError naming the first layer that is missing or of another shape.
 */
export function unfoldedParameters(
  architecture: StudentArchitecture,
  model: EmittedModel,
): Parameters {
  const { weightsManifest } = JSON.parse(new TextDecoder().decode(model["model.json"]));
  const tensors = io.decodeWeights(
    model["weights.bin"].slice().buffer,
    weightsManifest[0].weights,
  ) as Record<string, Tensor>;
  const parameters: Parameters = new Map();
  try {
    for (const layer of convolutionLayers(architecture)) {
      const read = (part: string, shape: number[]) => {
        const found = tensors[`${layer.name}/${part}`];
        if (found?.shape.join() !== shape.join())
          throw new RangeError(
            `the package's network is no ${architecture.name}: ${layer.name}/${part} is ` +
              `${found ? found.shape.join("×") : "missing"} and should be ${shape.join("×")}`,
          );
        return { shape, data: Float32Array.from(found.dataSync()) };
      };
      const shape = [layer.outChannels];
      const filled = (value: number) => ({
        shape,
        data: new Float32Array(layer.outChannels).fill(value),
      });
      parameters.set(`${layer.name}/kernel`, read("kernel", kernelShape(layer)));
      const bias = read("bias", shape);
      if (!layer.batchNorm) {
        parameters.set(`${layer.name}/bias`, bias);
        continue;
      }
      parameters.set(`${layer.name}/gamma`, filled(1));
      parameters.set(`${layer.name}/beta`, bias);
      parameters.set(`${layer.name}/mean`, filled(0));
      parameters.set(`${layer.name}/variance`, filled(1 - BATCH_NORM_EPSILON));
    }
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
  return parameters;
}
