// Settings with which a whole table fits a machine. They take the place of the configuration's; the
// comparison stays the same, its networks, pictures and steps are smaller.
import type { Overrides } from "../config/read";

const MANY_FAKES = { pairs: 6, labelled: 10, swapShare: 0.5, generatedShare: 0.6 };

export const SCALES: Readonly<Record<string, Overrides>> = {
  // Two CPU cores, an hour or two for 4 arms × 2 fractions × 3 seeds (with `--keep-batches`). At 96 px
  // the student's map still has 6 × 6 cells; the teacher is medium, since a large one's map would have
  // 3 × 3. What is not asked here is as in `examples/processor.yaml`, whose students we ship. Looks at
  // held-out groups are few: each costs as much as fifty steps. A probe this short needs a lower rate.
  small: {
    "network.inputSize": 96,
    "network.student": "small",
    "network.teacher": "medium",
    "pretrain.steps": 120,
    "pretrain.K": 2048,
    "pretrain.bankSize": 300,
    "pretrain.checkpointEvery": 120,
    "teach.probe.steps": 40,
    "teach.probe.peakRate": 3e-3,
    "teach.steps": 180,
    "teach.freeze": { blocks: 3 },
    "teach.batch": MANY_FAKES,
    "teach.checkpointEvery": 180,
    "distil.initial": "teacher",
    "distil.steps": 200,
    "distil.freeze": { blocks: 3 },
    "distil.checkpointEvery": 200,
    "supervise.freeze": { blocks: 3 },
    "supervise.batch": MANY_FAKES,
    "supervise.checkpointEvery": 200,
  },
};
