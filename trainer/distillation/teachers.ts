// The frozen networks that a student learns from: one, or several whose opinions are averaged.
import {
  addN,
  div,
  expandDims,
  squeeze,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import { unitLength } from "../moco/projection-head";
import { encoderForward, readOut } from "../network/encoder";
import { frozenLogits, frozenWeights } from "../network/frozen";
import type { Parameters } from "../network/parameters";
import { type Glance, type Glances, glancesOf } from "./glances";
import { onGrid } from "./projection";

/** Where a teacher has no view of its own it looks at the student's input, whatever its size. */
export interface Teacher {
  architecture: StudentArchitecture;
  parameters: Parameters;
}

/** `[n, side, side, 3]` bytes. */
export interface View {
  pixels: Uint8Array;
  side: number;
}

/** What the teachers say of a batch at all their glances, on the student's grid. */
export interface Answer {
  /** `[n]`, the mean of theirs. */
  logit: Tensor1D;
  /** `[n, side, side]`, the mean of theirs. */
  map: Tensor3D;
  /** Unit vectors of the first at its first glance, `[n, side, side, channels]`: features of several have no mean. */
  features: Tensor4D;
}

/** Sizes of the views that teachers have of their own, in pixels, each once. */
export function ownViewSizes(teachers: readonly Teacher[]): number[] {
  return [...new Set(teachers.map(({ architecture }) => architecture.inputSize))];
}

export class FrozenTeachers {
  private readonly weights: Map<string, Tensor>[];
  private readonly glances: Glance[];

  /**
   * @param glances how often each looks at a face.
   * @throws RangeError if there is none.
   */
  constructor(
    private readonly teachers: readonly Teacher[],
    glances: Glances = "once",
  ) {
    if (teachers.length === 0) throw new RangeError("a student needs a teacher");
    this.weights = teachers.map(({ parameters }) => frozenWeights(parameters));
    this.glances = glancesOf(glances);
  }

  /**
   * @param viewOf pixels of the same faces for a teacher of the given input size.
   * @param side of the student's grid.
   */
  ask(viewOf: (inputSize: number) => Tensor4D, side: number): Answer {
    return tidy(() => {
      const answers = this.teachers.flatMap(({ architecture }, i) => {
        const weights = this.weights[i] as Map<string, Tensor>;
        const view = viewOf(architecture.inputSize);
        // Freed one by one: the layers of twelve glances at 32 crops fill eight gigabytes.
        return this.glances.map(({ see, back }) =>
          tidy(() => {
            const featureMap = encoderForward(architecture, weights, see(view));
            const { logit, map } = readOut(weights, featureMap);
            return { featureMap, logit, map: squeeze(onGrid(expandDims(back(map), 3), side), [3]) };
          }),
        );
      });
      const [first] = answers as [(typeof answers)[number]];
      return {
        logit: mean(answers.map(({ logit }) => logit)),
        map: mean(answers.map(({ map }) => map as Tensor3D)),
        features: unitLength(onGrid(first.featureMap, side)),
      };
    }) as unknown as Answer;
  }

  /**
   * Their mean logits `[n]`.
   *
   * @param viewOf bytes of the same faces for a teacher of the given input size, and their own side.
   */
  predict(viewOf: (inputSize: number) => View): Float32Array {
    const all = this.teachers.flatMap(({ architecture }, i) => {
      const { pixels, side } = viewOf(architecture.inputSize);
      const seen = { ...architecture, inputSize: side };
      const weights = this.weights[i] as Map<string, Tensor>;
      return this.glances.map(({ see }) => frozenLogits(seen, weights, pixels, see));
    });
    const [first] = all as [Float32Array];
    return first.map((_, i) => all.reduce((sum, logits) => sum + logits[i]!, 0) / all.length);
  }

  dispose(): void {
    for (const weights of this.weights) for (const weight of weights.values()) weight.dispose();
  }
}

function mean<T extends Tensor>(values: T[]): T {
  return div(addN(values), values.length);
}
