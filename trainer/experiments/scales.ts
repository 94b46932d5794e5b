// Settings with which a whole table fits a machine. They take the place of the configuration's; the
// comparison stays the same, its networks, pictures and steps are smaller.
import type { Overrides } from "../config/read";

export const SCALES: Readonly<Record<string, Overrides>> = {
  // Two CPU cores, an hour and a half for 4 arms × 2 fractions × 3 seeds. At 96 px the student's map
  // still has 6 × 6 cells; the teacher is medium, since a large one's map would have 3 × 3. Looks at
  // held-out groups are few: each costs as much as fifty steps. A probe this short needs a lower rate.
  small: {
    "network.inputSize": 96,
    "network.student": "small",
    "network.teacher": "medium",
    "pretrain.steps": 240,
    "pretrain.K": 2048,
    "pretrain.bankSize": 300,
    "pretrain.checkpointEvery": 120,
    "teach.probe.steps": 40,
    "teach.probe.peakRate": 3e-3,
    "teach.steps": 260,
    "teach.checkpointEvery": 130,
    "distil.steps": 300,
    "distil.checkpointEvery": 150,
    "supervise.checkpointEvery": 150,
  },
};
