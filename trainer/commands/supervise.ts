// `trainer supervise`: the student alone, for comparison.
import type { Command } from "commander";
import { superviseStage } from "../run/stages";
import { KnobOption, labelFractionOption, studentOption } from "./config-options";
import { stageAction, trainingCommand } from "./stage-command";

export function superviseCommand(): Command {
  return trainingCommand("supervise", [
    new KnobOption("--steps <n>", "optimiser steps", "supervise.steps"),
    studentOption(),
    labelFractionOption(),
  ])
    .description("The comparison without a teacher: the student on labels and pseudo-fakes.")
    .action(stageAction("supervise", superviseStage, ({ supervise }) => supervise.steps));
}
