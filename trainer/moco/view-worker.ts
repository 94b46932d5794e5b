// Worker thread of pretraining: makes the batches of views it is asked for.
import { workerData } from "node:worker_threads";
import type { PooledPicture } from "../datasets/pictures";
import { serveBatches } from "../synthesis/serve-batches";
import { ViewMaker, type ViewRecipe } from "./views";

export interface ViewWorkerData {
  pool: SharedArrayBuffer;
  pictures: PooledPicture[];
  recipe: ViewRecipe;
}

const { pool, pictures, recipe } = workerData as ViewWorkerData;
serveBatches(new ViewMaker(pool, pictures, recipe));
