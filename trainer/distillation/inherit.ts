// A student that is a cut of its teacher can start as that cut: what pretraining and labels have taught
// the first blocks need not be learnt again.
import type { StudentArchitecture } from "../../model/student/architecture";
import { convolutionLayers, kernelShape, type Parameters } from "../network/parameters";
import type { Teacher } from "./distiller";

/**
 * The teacher's parameters under the student's names. A cut's head is the expansion of the teacher's
 * next block; outputs that read other features start from zero.
 *
 * @throws RangeError if the student's layers are not the teacher's first ones.
 */
export function inheritedParameters(student: StudentArchitecture, teacher: Teacher): Parameters {
  const { blocks } = student;
  const isWhole = blocks.length === teacher.architecture.blocks.length;
  const parameters: Parameters = new Map();
  for (const layer of convolutionLayers(student)) {
    const isOutput = !layer.batchNorm;
    const from = layer.name === "head" && !isWhole ? `block${blocks.length}/expand` : layer.name;
    for (const part of [
      "kernel",
      ...(isOutput ? ["bias"] : ["gamma", "beta", "mean", "variance"]),
    ]) {
      const shape = part === "kernel" ? kernelShape(layer) : [layer.outChannels];
      const name = `${layer.name}/${part}`;
      const length = shape.reduce((product, side) => product * side, 1);
      if (isOutput && !isWhole) {
        parameters.set(name, { shape, data: new Float32Array(length) });
        continue;
      }
      const found = teacher.parameters.get(`${from}/${part}`);
      if (found?.shape.join() !== shape.join())
        throw new RangeError(
          `the student ${student.name} is no cut of its teacher ${teacher.architecture.name}: ` +
            `${name} is ${shape.join("×")} and ${found ? found.shape.join("×") : "missing"} there`,
        );
      parameters.set(name, { shape, data: found.data.slice() });
    }
  }
  return parameters;
}
