// `trainer pretrain`: stage 1 of SCL-KD.
import type { Command } from "commander";
import { pretrainStage } from "../run/stages";
import { KnobOption } from "./config-options";
import { stageAction, trainingCommand } from "./stage-command";

export function pretrainCommand(): Command {
  return trainingCommand("pretrain", [
    new KnobOption("--steps <n>", "optimiser steps", "pretrain.steps"),
  ])
    .description("Stage 1: momentum contrast on faces whose labels nobody reads.")
    .action(stageAction("pretrain", pretrainStage, ({ pretrain }) => pretrain.steps));
}
