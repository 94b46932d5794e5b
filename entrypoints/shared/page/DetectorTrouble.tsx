/** Says that the detector has stopped while there are results from before, and offers to try again. */
import type { PageState } from "../messages";
import { scanAgain } from "./page-commands";

export function DetectorTrouble({ tabId, state }: { tabId: number; state: PageState }) {
  if (state.detector !== "failed") return null;
  return (
    <div class="notice trouble" role="alert">
      <p>The detector has stopped. {state.detectorDetail && `Reported: ${state.detectorDetail}`}</p>
      <button type="button" class="button" onClick={() => void scanAgain(tabId)}>
        Try again
      </button>
    </div>
  );
}
