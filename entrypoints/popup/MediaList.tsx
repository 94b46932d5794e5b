/** What was scanned, in groups; each entry leads to its medium in the page. */

import {
  type GroupName,
  type Groups,
  groupHeadings,
  groupNames,
  type Medium,
} from "../shared/page/groups";
import { MediaEntry } from "../shared/page/MediaEntry";

/** Groups that are rarely what somebody came for start closed. */
const startOpen: readonly GroupName[] = ["flagged", "unsure", "no-sign"];

interface Props {
  groups: Groups;
  onShow(medium: Medium): void;
}

export function MediaList({ groups, onShow }: Props) {
  return (
    <div class="groups">
      {groupNames
        .filter((name) => groups[name].length > 0)
        .map((name) => (
          <details key={name} class="group" open={startOpen.includes(name)}>
            <summary>
              <h2>
                {groupHeadings[name]} <span class="group-count">{groups[name].length}</span>
              </h2>
            </summary>
            <ul>
              {groups[name].map((medium) => (
                <li key={`${medium.frameId}:${medium.id}`}>
                  <MediaEntry medium={medium} group={name} onShow={onShow} />
                </li>
              ))}
            </ul>
          </details>
        ))}
    </div>
  );
}
