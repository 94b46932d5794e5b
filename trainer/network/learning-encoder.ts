// An encoder in training, of which a part may stay as it is: what teaching and distilling share of a
// step.
import { type Tensor1D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import {
  type BatchStatistics,
  encoderForward,
  encoderRest,
  encoderStart,
  type NamedTensors,
} from "./encoder";
import { decayMask, type FlatLayout, splitFlat } from "./flat-parameters";
import { type AveragedStatistics, disposeStatistics } from "./running-statistics";

/**
 * `none`: every weight learns, and batch norm takes the statistics of the batch. Otherwise batch norm
 * keeps the statistics that the network starts with, and the stem and the first blocks their weights.
 */
export type Freeze = "none" | { blocks: number };

/** The encoder's part in one step. */
export interface EncoderStep {
  /** The feature map `[n, h, w, headChannels]` under the weights that learn; runs on the tape. */
  forward(weights: NamedTensors): Tensor4D;
  /** Lets the statistics follow the batch's, unless they are kept; `step` is the optimiser's. */
  follow(step: number): void;
  dispose(): void;
}

export class LearningEncoder {
  /**
   * @param layout of the flat weights.
   * @param statistics of batch norm; they stay the caller's.
   * @throws Error if more blocks are to be kept than the network has.
   */
  constructor(
    private readonly architecture: StudentArchitecture,
    private readonly layout: FlatLayout,
    private readonly statistics: AveragedStatistics,
    private readonly freeze: Freeze = "none",
  ) {
    const { name, blocks } = architecture;
    if (freeze !== "none" && freeze.blocks > blocks.length)
      throw new Error(`freeze names ${freeze.blocks} blocks, and ${name} has ${blocks.length}`);
  }

  /** 1 where weight decay applies, `[length]`: it would move even a weight without a gradient. */
  decayMask(): Float32Array {
    return decayMask(this.layout, (name) => this.learns(name));
  }

  /**
   * Begins a step: what is frozen runs here, off the tape.
   *
   * @param weights flat.
   * @param pixels normalised, `[n, size, size, 3]`; they stay the caller's.
   */
  begin(weights: Tensor1D, pixels: Tensor4D): EncoderStep {
    const { architecture, layout, statistics, freeze } = this;
    if (freeze === "none") {
      const batch: BatchStatistics = new Map();
      return {
        forward: (learning) => encoderForward(architecture, learning, pixels, batch),
        follow: (step) => statistics.follow(batch, step),
        dispose: () => disposeStatistics(batch),
      };
    }
    const { blocks } = freeze;
    const kept = statistics.running.split();
    const start = tidy(() => {
      const all = new Map([...splitFlat(layout, weights), ...kept]);
      return encoderStart(architecture, all, pixels, blocks);
    });
    return {
      forward: (learning) =>
        encoderRest(architecture, new Map([...learning, ...kept]), start, blocks),
      follow: () => {},
      dispose: () => {
        start.dispose();
        for (const values of kept.values()) values.dispose();
      },
    };
  }

  private learns(name: string): boolean {
    if (this.freeze === "none") return true;
    const [layer = ""] = name.split("/");
    const block = /^block(\d+)$/.exec(layer)?.[1];
    return layer !== "stem" && (block === undefined || Number(block) >= this.freeze.blocks);
  }
}
