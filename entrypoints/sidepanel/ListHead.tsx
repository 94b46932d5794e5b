/** The head of the workbench's list: the finding and how far the checking is, always of one height. */
import { LevelMark } from "../../components/LevelMark";
import { counted } from "../../components/words";
import type { PageState } from "../shared/messages";
import { DetectorTrouble } from "../shared/page/DetectorTrouble";
import type { Groups } from "../shared/page/groups";
import { progressOf, summarise } from "../shared/page/summary";

interface Props {
  tabId: number;
  state: PageState;
  groups: Groups;
}

export function ListHead({ tabId, state, groups }: Props) {
  const { level, sentence } = summarise(groups);
  const progress = progressOf(groups);
  const waiting = groups.pending.length;
  const line = progress
    ? `Checking: ${progress.done} of ${progress.total} done`
    : waiting > 0
      ? `${counted(waiting, "more waits", "more wait")} to come into view or play`
      : "All that was found is checked";
  return (
    <>
      <div class={`summary list-head level-${level ?? "none"}`}>
        <LevelMark level={level} size={26} />
        <div class="list-head-text">
          {/* Changes only when the finding does, so a screen reader is not told of every picture. */}
          <p class="summary-sentence" role="status">
            {sentence}
          </p>
          <p class="list-head-line">{line}</p>
        </div>
        {progress && (
          <progress
            class="summary-progress"
            aria-label="Checking"
            value={progress.done}
            max={progress.total}
          />
        )}
      </div>
      <DetectorTrouble tabId={tabId} state={state} />
    </>
  );
}
