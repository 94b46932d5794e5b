// Settings with which a whole table fits a machine. They take the place of the configuration's; the
// comparison stays the same, its networks, pictures and steps are smaller.
import type { Overrides } from "../config/read";

export const SCALES: Readonly<Record<string, Overrides>> = {
  // Two CPU cores, about 90 minutes for 4 arms × 2 fractions × 3 seeds. 96 px is the smallest input at
  // which blending boundaries are still seen; a medium teacher, because the large one's map has 3 × 3
  // cells there. Looks at held-out groups are few: they cost as much as fifty steps.
  small: {
    "network.inputSize": 96,
    "network.student": "small",
    "network.teacher": "medium",
    "pretrain.steps": 350,
    "pretrain.K": 2048,
    "pretrain.bankSize": 300,
    "pretrain.checkpointEvery": 175,
    "teach.probe.steps": 60,
    "teach.steps": 350,
    "teach.checkpointEvery": 175,
    "distil.steps": 400,
    "distil.checkpointEvery": 200,
    "supervise.checkpointEvery": 200,
  },
};
