// What a network starts from that no stage has trained.
import type { StudentArchitecture } from "../../model/student/architecture";
import { randomParameters } from "../network/initial";
import type { Parameters } from "../network/parameters";
import { lite0Parameters } from "./efficientnet-lite0";
import { imagenetCheckpoint } from "./imagenet";

/** @param seed of random weights. */
export async function initialParameters(
  weights: "imagenet" | "random",
  architecture: StudentArchitecture,
  seed: number,
): Promise<Parameters> {
  if (weights === "random") return randomParameters(architecture, seed);
  return lite0Parameters(architecture, await imagenetCheckpoint());
}
