/** How a video was looked at, in words for evidence and reports. */
import { clock, counted } from "../../../components/words";
import type { LookedAt } from "./video-evidence";

/** The contract's limit. */
const maxCharacters = 100;

export const samplingWords = {
  asPlayed: "as it played",
  spread: (found: LookedAt) =>
    ended(`${counted(found.looked, "moment")} spread over the video`, found),
  asked: (found: LookedAt) => ended(`${counted(found.looked, "moment")} asked for`, found),
  every: (step: number, found: LookedAt) => ended(`every ${step} s`, found),
};

/** Says where looking ended, if before the end. */
function ended(words: string, { looked, planned, upTo, problem }: LookedAt): string {
  if (looked >= planned && problem === undefined) return words;
  const till = upTo === null ? "" : ` up to ${clock(upTo)}`;
  const why = problem === undefined ? "then stopped" : `then ${problem}`;
  const sentence = `${words}${till}, ${why}`;
  return sentence.length > maxCharacters ? `${sentence.slice(0, maxCharacters - 1)}…` : sentence;
}
