/** A step of every stage with its default settings, and the worker threads that make its batches. */
import { availableParallelism } from "node:os";
import { table } from "../../cli/scan-table";
import type { StudentArchitecture } from "../../model/student/architecture";
import type { PicturePool } from "../../trainer/datasets/pictures";
import { Distiller } from "../../trainer/distillation/distiller";
import { type LessonBatch, LessonMaker } from "../../trainer/distillation/lessons";
import { MoCo } from "../../trainer/moco/moco";
import { type ViewBatch, ViewMaker } from "../../trainer/moco/views";
import { randomParameters } from "../../trainer/network/initial";
import { DISTIL_DEFAULTS } from "../../trainer/stages/distil-settings";
import { PRETRAIN_DEFAULTS } from "../../trainer/stages/pretrain-settings";
import { batchRecipe, SUPERVISE_DEFAULTS } from "../../trainer/stages/settings";
import { StudentTrainer } from "../../trainer/stages/student-trainer";
import { LinearProbe } from "../../trainer/stages/teach-probe";
import { TEACH_DEFAULTS } from "../../trainer/stages/teach-settings";
import { type Batch, BatchMaker } from "../../trainer/synthesis/batch";
import { OrderedLoader } from "../../trainer/synthesis/ordered-loader";
import { benchFaces } from "./trainer-faces";
import { perSecond, SPEED_HEADINGS, speedCells, time } from "./trainer-timing";

/** Too low to change anything in a few steps. */
const rate = 1e-6;

interface Learner {
  step(): void;
  dispose(): void;
}

interface Stage {
  name: string;
  architecture: StudentArchitecture;
  pictures: number;
  start(): Learner;
}

const initial = (architecture: StudentArchitecture) => randomParameters(architecture, 1);

const viewRecipe = {
  ...PRETRAIN_DEFAULTS,
  inputSize: PRETRAIN_DEFAULTS.architecture.inputSize,
};
const lessonRecipe = {
  ...DISTIL_DEFAULTS,
  ...DISTIL_DEFAULTS.batch,
  inputSize: DISTIL_DEFAULTS.architecture.inputSize,
};

async function stages({ bytes, pictures }: PicturePool): Promise<Stage[]> {
  const views = await new ViewMaker(bytes, pictures, viewRecipe).make(0);
  const taught = await new BatchMaker(bytes, pictures, batchRecipe(TEACH_DEFAULTS)).make(0);
  const lesson = await new LessonMaker(bytes, pictures, lessonRecipe).make(0);
  const supervised = await new BatchMaker(bytes, pictures, batchRecipe(SUPERVISE_DEFAULTS)).make(0);
  const training = (settings: typeof SUPERVISE_DEFAULTS, batch: Batch) => () => {
    const { architecture } = settings;
    const trainer = new StudentTrainer(architecture, initial(architecture), settings);
    return { step: () => trainer.train(batch, rate), dispose: () => trainer.dispose() };
  };
  return [
    {
      name: "pretrain",
      architecture: PRETRAIN_DEFAULTS.architecture,
      pictures: PRETRAIN_DEFAULTS.n,
      start: () => {
        const moco = new MoCo(initial(PRETRAIN_DEFAULTS.architecture), PRETRAIN_DEFAULTS);
        return { step: () => moco.train(views, rate), dispose: () => moco.dispose() };
      },
    },
    {
      name: "teach: probe",
      architecture: TEACH_DEFAULTS.architecture,
      pictures: taught.labels.length,
      start: () => {
        const { architecture, optimiser } = TEACH_DEFAULTS;
        const probe = new LinearProbe(architecture, initial(architecture), optimiser);
        return { step: () => probe.train(taught, rate), dispose: () => probe.dispose() };
      },
    },
    {
      name: "teach: fine-tune",
      architecture: TEACH_DEFAULTS.architecture,
      pictures: taught.labels.length,
      start: training(TEACH_DEFAULTS, taught),
    },
    {
      name: "distil",
      architecture: DISTIL_DEFAULTS.architecture,
      pictures: lesson.labels.length,
      start: () => {
        const { architecture } = TEACH_DEFAULTS;
        const teacher = { architecture, parameters: initial(architecture) };
        const own = initial(DISTIL_DEFAULTS.architecture);
        const distiller = new Distiller(own, [teacher], DISTIL_DEFAULTS);
        return { step: () => distiller.train(lesson, rate), dispose: () => distiller.dispose() };
      },
    },
    {
      name: "supervise",
      architecture: SUPERVISE_DEFAULTS.architecture,
      pictures: supervised.labels.length,
      start: training(SUPERVISE_DEFAULTS, supervised),
    },
  ];
}

/** Pictures a second through each stage's step, its batches lying ready. */
export async function printStageSpeeds(): Promise<void> {
  console.log(
    "Steps of the stages with their default settings (pretrain sees each picture thrice):",
  );
  const rows: string[][] = [];
  for (const { name, architecture, pictures, start } of await stages(await benchFaces())) {
    const learner = start();
    const timing = await time(() => learner.step());
    learner.dispose();
    rows.push([name, architecture.name, `${pictures}`, ...speedCells(timing, pictures)]);
  }
  console.log(table([["Stage", "Network", "Batch", ...SPEED_HEADINGS], ...rows]));
}

/** Pictures a second out of the worker threads, nobody training meanwhile. */
export async function printLoaderSpeeds(): Promise<void> {
  console.log("Batches made by worker threads alone (blending, augmentation, JPEG):");
  const { bytes, pictures } = await benchFaces();
  const folder = new URL("../../trainer/", import.meta.url);
  const loaders = [
    { name: "pretrain", worker: "moco/view-worker.ts", recipe: viewRecipe },
    { name: "distil", worker: "distillation/lesson-worker.ts", recipe: lessonRecipe },
    {
      name: "teach, supervise",
      worker: "synthesis/worker.ts",
      recipe: batchRecipe(TEACH_DEFAULTS),
    },
  ];
  const rows: string[][] = [];
  for (const { name, worker, recipe } of loaders)
    for (const workers of new Set([1, availableParallelism()])) {
      const data = { pool: bytes, pictures, recipe };
      const entry = new URL(worker, folder);
      const loader = new OrderedLoader<ViewBatch | LessonBatch | Batch>(entry, data, workers);
      let index = 0;
      let made = 0;
      const take = async () => {
        const batch = await loader.take(index++);
        made = "labels" in batch ? batch.labels.length : batch.owners.length;
      };
      const timing = await time(take, { leastRepeats: 12 });
      await loader.close();
      // Batches lie ready in advance, so that only the mean tells how fast they are made.
      const each = (timing.meanCpuMs / made).toFixed(1);
      rows.push([name, `${workers}`, `${made}`, perSecond(made, timing.meanMs), each]);
    }
  console.log(table([["Stage", "Threads", "Batch", "Pictures/s", "CPU ms each"], ...rows]));
}
