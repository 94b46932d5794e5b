// `trainer teach`: stage 2 of SCL-KD.
import type { Command } from "commander";
import { teachStage } from "../run/stages";
import { KnobOption, labelFractionOption } from "./config-options";
import { stageAction, trainingCommand } from "./stage-command";

export function teachCommand(): Command {
  return trainingCommand("teach", [
    new KnobOption("--steps <n>", "steps of fine-tuning, after the probe", "teach.steps"),
    new KnobOption(
      "--encoder <weights>",
      "pretrained, or imagenet or random without stage 1",
      "teach.initial",
      "text",
    ),
    labelFractionOption(),
  ])
    .description("Stage 2: a classifier on the encoder of `pretrain`, alone first, then together.")
    .action(stageAction("teach", teachStage, ({ teach }) => teach.probe.steps + teach.steps));
}
