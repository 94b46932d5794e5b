/** The head of a page's list: the finding in a sentence, how far the checking is, what is wrong. */
import { LevelMark } from "../../../components/LevelMark";
import { counted } from "../../../components/words";
import type { PageState } from "../messages";
import { DetectorTrouble } from "./DetectorTrouble";
import type { Groups } from "./groups";
import { progressOf, summarise } from "./summary";

interface Props {
  tabId: number;
  state: PageState;
  groups: Groups;
}

export function PageSummary({ tabId, state, groups }: Props) {
  const { level, sentence, counts } = summarise(groups);
  const progress = progressOf(groups);
  const waiting = progress ? 0 : groups.pending.length;
  return (
    <>
      <div class={`summary level-${level ?? "none"}`}>
        <LevelMark level={level} size={26} />
        <div>
          {/* Changes only when the finding does, so a screen reader is not told of every picture. */}
          <p class="summary-sentence" role="status">
            {sentence}
          </p>
          {counts && <p class="summary-counts">{counts}</p>}
        </div>
      </div>
      {progress && (
        <div class="progress">
          <label for="progress">
            Checking: {progress.done} of {progress.total} done
          </label>
          <progress
            id="progress"
            class="summary-progress"
            value={progress.done}
            max={progress.total}
          />
        </div>
      )}
      {waiting > 0 && (
        <p class="notice">
          {counted(waiting, "more waits until it comes", "more wait until they come")} into view or{" "}
          {waiting === 1 ? "plays" : "play"}.
        </p>
      )}
      <DetectorTrouble tabId={tabId} state={state} />
    </>
  );
}
