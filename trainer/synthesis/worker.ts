// Worker thread: makes the batches it is asked for, so that synthesis does not hold training up.
import { workerData } from "node:worker_threads";
import { BatchMaker, type BatchRecipe } from "./batch";
import { type MakerData, serveBatches } from "./serve-batches";

const { pool, pictures, recipe } = workerData as MakerData<BatchRecipe>;
serveBatches(new BatchMaker(pool, pictures, recipe));
