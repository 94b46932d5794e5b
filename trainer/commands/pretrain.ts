// `trainer pretrain`: stage 1 of SCL-KD.
import type { Command } from "commander";
import { pretrainStage } from "../run/stages";
import { stageCommand } from "./stage-command";

export function pretrainCommand(): Command {
  return stageCommand(
    "pretrain",
    "Stage 1: momentum contrast on faces whose labels nobody reads.",
    pretrainStage,
    ({ pretrain }) => pretrain.steps,
    [
      {
        flags: "--steps <n>",
        description: "optimiser steps (pretrain.steps)",
        knob: "pretrain.steps",
      },
    ],
  );
}
