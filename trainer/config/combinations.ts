// What no single knob can be blamed for: values that are fine alone and make no sense together.
import { studentOfSize } from "../distillation/family";
import type { TrainerConfig } from "./schema";

export interface Impossibility {
  /** The knob to change first. */
  path: string;
  reason: string;
}

export function impossible(config: TrainerConfig): Impossibility[] {
  const { network, pretrain, teach, distil, supervise, calibrate } = config;
  const found: Impossibility[] = [];
  const refuse = (isWrong: boolean, path: string, reason: string) => {
    if (isWrong) found.push({ path, reason });
  };

  const { n, groups, K } = pretrain;
  refuse(
    n % groups ** 2 !== 0,
    "pretrain.n",
    `a multiple of groups² = ${groups ** 2} is expected, not ${n}: every group of keys takes an equal share of every group of queries`,
  );
  refuse(n / groups < 2, "pretrain.groups", "batch norm needs two pictures or more in each group");
  refuse(K < n, "pretrain.K", `a batch of ${n} keys does not fit into a queue of ${K}`);
  for (const [name, { steps, warmupSteps }] of Object.entries({
    pretrain,
    teach,
    distil,
    supervise,
  }))
    refuse(
      warmupSteps !== "auto" && warmupSteps >= steps,
      `${name}.warmupSteps`,
      `fewer than the ${steps} steps of the stage are expected, not ${warmupSteps}`,
    );
  for (const [name, { batch }] of Object.entries({ teach, supervise }))
    refuse(
      batch.pairs + batch.labelled === 0,
      `${name}.batch.pairs`,
      "pairs and labelled are both 0: the batch is empty",
    );
  for (const [name, { batch }] of Object.entries({ teach, supervise, distil })) {
    refuse(
      batch.upscaledShare > 0 && batch.redrawnShare === 0,
      `${name}.batch.redrawnShare`,
      "above 0 is expected: upscaledShare is a share of the faces that are redrawn",
    );
    refuse(
      batch.insideShare > 0 && batch.upscaledShare === 0,
      `${name}.batch.upscaledShare`,
      "above 0 is expected: insideShare is a share of the faces that a network redrew",
    );
  }
  const { faces, blends } = distil.batch;
  refuse(
    blends > faces,
    "distil.batch.blends",
    `each face comes a second time at most once: ${faces} or fewer are expected, not ${blends}`,
  );
  refuse(
    distil.logitWeight === 0 && distil.features.weight === 0,
    "distil.logitWeight",
    "neither the teacher's logits nor its features count: that is no distillation",
  );
  const { unsure, suspicious, strong } = calibrate.rates;
  refuse(
    !(unsure > suspicious && suspicious > strong),
    "calibrate.rates",
    `unsure > suspicious > strong is expected, not ${unsure}, ${suspicious}, ${strong}`,
  );
  for (const [stage, who] of [
    ["teach", "teacher"],
    ["distil", "student"],
    ["supervise", "student"],
  ] as const) {
    const { freeze } = config[stage];
    const { length } = studentOfSize(network[who]).blocks;
    refuse(
      freeze !== "none" && freeze.blocks > length,
      `${stage}.freeze`,
      `the ${who} has ${length} blocks`,
    );
  }
  const isTiny = { teacher: network.teacher === "tiny", student: network.student === "tiny" };
  for (const [stage, who] of [
    ["pretrain", "teacher"],
    ["teach", "teacher"],
    ["distil", "student"],
    ["supervise", "student"],
  ] as const)
    refuse(
      isTiny[who] && config[stage].initial === "imagenet",
      `${stage}.initial`,
      `random is expected: the tiny ${who} has no ImageNet weights`,
    );
  const blocksOf = (who: "teacher" | "student") => studentOfSize(network[who]).blocks.length;
  refuse(
    distil.initial === "teacher" &&
      (isTiny.teacher !== isTiny.student || blocksOf("student") > blocksOf("teacher")),
    "distil.initial",
    "the student is no cut of its teacher, and cannot start as one",
  );
  for (const who of ["teacher", "student"] as const) {
    const size = network[who];
    refuse(
      typeof size === "object" && size.blocks > 16,
      `network.${who}.blocks`,
      "EfficientNet-Lite0 has 16 blocks",
    );
  }
  return found;
}
