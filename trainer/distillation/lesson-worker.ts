// Worker thread of distillation: makes the batches it is asked for.
import { workerData } from "node:worker_threads";
import { type MakerData, serveBatches } from "../synthesis/serve-batches";
import { LessonMaker, type LessonRecipe } from "./lessons";

const { pool, pictures, recipe } = workerData as MakerData<LessonRecipe>;
serveBatches(new LessonMaker(pool, pictures, recipe));
