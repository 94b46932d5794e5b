// Worker thread: makes the batches it is asked for, so that synthesis does not hold training up.
import { workerData } from "node:worker_threads";
import { BatchMaker } from "./batch";
import type { LoaderData } from "./loader";
import { serveBatches } from "./serve-batches";

const { pool, pictures, recipe } = workerData as LoaderData;
serveBatches(new BatchMaker(pool, pictures, recipe));
