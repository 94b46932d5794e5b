// A student that is a cut of its teacher can start as that cut: what pretraining and labels have taught
// the first blocks need not be learnt again.
import type { StudentArchitecture } from "../../model/student/architecture";
import { blankParameters, type Parameters } from "../network/parameters";
import type { Teacher } from "./teachers";

/**
 * The teacher's parameters under the student's names. A cut's head is the expansion of the teacher's
 * next block; outputs that read other features, or that it does not have, start from zero.
 *
 * @throws RangeError if the student's layers are not the teacher's first ones.
 */
export function inheritedParameters(student: StudentArchitecture, teacher: Teacher): Parameters {
  const { length } = student.blocks;
  const isCut = length !== teacher.architecture.blocks.length;
  const parameters = blankParameters(student);
  for (const [name, { shape, data }] of parameters) {
    const isOutput = /^(classifier|mask)\//.test(name);
    if (isOutput && (isCut || !teacher.parameters.has(name))) continue;
    const from = isCut ? name.replace(/^head\//, `block${length}/expand/`) : name;
    const found = teacher.parameters.get(from);
    if (found?.shape.join() !== shape.join())
      throw new RangeError(
        `the student ${student.name} is no cut of its teacher ${teacher.architecture.name}: ` +
          `${name} is ${shape.join("×")} and ${found ? found.shape.join("×") : "missing"} there`,
      );
    data.set(found.data);
  }
  return parameters;
}
