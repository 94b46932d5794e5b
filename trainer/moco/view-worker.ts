// Worker thread of pretraining: makes the batches of views it is asked for.
import { workerData } from "node:worker_threads";
import { type MakerData, serveBatches } from "../synthesis/serve-batches";
import { ViewMaker, type ViewRecipe } from "./views";

const { pool, pictures, recipe } = workerData as MakerData<ViewRecipe>;
serveBatches(new ViewMaker(pool, pictures, recipe));
