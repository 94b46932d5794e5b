// `trainer supervise`: the student alone, for comparison.
import type { Command } from "commander";
import { superviseStage } from "../run/stages";
import { LABEL_FRACTION_OPTION, stageCommand } from "./stage-command";

export function superviseCommand(): Command {
  return stageCommand(
    "supervise",
    "The comparison without a teacher: train the student on labels and pseudo-fakes.",
    superviseStage,
    ({ supervise }) => supervise.steps,
    [
      LABEL_FRACTION_OPTION,
      {
        flags: "--student <size>",
        description: "tiny, small, medium or large (network.student)",
        knob: "network.student",
      },
      {
        flags: "--steps <n>",
        description: "optimiser steps (supervise.steps)",
        knob: "supervise.steps",
      },
    ],
  );
}
