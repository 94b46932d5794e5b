// Worker thread of distillation: makes the batches it is asked for.
import { workerData } from "node:worker_threads";
import type { PooledPicture } from "../datasets/pictures";
import { serveBatches } from "../synthesis/serve-batches";
import { LessonMaker, type LessonRecipe } from "./lessons";

export interface LessonWorkerData {
  pool: SharedArrayBuffer;
  pictures: PooledPicture[];
  recipe: LessonRecipe;
}

const { pool, pictures, recipe } = workerData as LessonWorkerData;
serveBatches(new LessonMaker(pool, pictures, recipe));
