// `trainer teach`: stage 2 of SCL-KD.
import type { Command } from "commander";
import { teachStage } from "../run/stages";
import { LABEL_FRACTION_OPTION, stageCommand } from "./stage-command";

export function teachCommand(): Command {
  return stageCommand(
    "teach",
    "Stage 2: a classifier on the encoder of `pretrain`, alone first, then all together.",
    teachStage,
    ({ teach }) => teach.probe.steps + teach.steps,
    [
      LABEL_FRACTION_OPTION,
      {
        flags: "--encoder <weights>",
        description: "pretrained, or imagenet or random without stage 1 (teach.initial)",
        knob: "teach.initial",
      },
      {
        flags: "--steps <n>",
        description: "steps of fine-tuning, after the probe (teach.steps)",
        knob: "teach.steps",
      },
    ],
  );
}
