// A package's network as parameters to go on learning from: what it ships is all that is left of many
// a run.
import { io, type Tensor } from "@tensorflow/tfjs-core";
import { BATCH_NORM_EPSILON, type StudentArchitecture } from "../../model/student/architecture";
import { blankParameters, type Parameters } from "../network/parameters";
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
  const parameters = blankParameters(architecture);
  try {
    for (const [name, { shape, data }] of parameters) {
      // Means stay zero.
      if (name.endsWith("/mean")) continue;
      if (name.endsWith("/gamma")) data.fill(1);
      else if (name.endsWith("/variance")) data.fill(1 - BATCH_NORM_EPSILON);
      else {
        const from = name.replace(/\/beta$/, "/bias");
        const found = tensors[from];
        if (found?.shape.join() !== shape.join())
          throw new RangeError(
            `the package's network is no ${architecture.name}: ${from} is ` +
              `${found ? found.shape.join("×") : "missing"} and should be ${shape.join("×")}`,
          );
        data.set(found.dataSync());
      }
    }
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
  return parameters;
}
