/** What was scanned, in groups; each entry leads to its medium in the page. */
import { Component } from "preact";
import { LevelMark } from "../../components/LevelMark";
import { Thumbnail } from "../../components/Thumbnail";
import { counted, kindWord, title } from "../../components/words";
import { type GroupName, type Groups, groupNames, type Medium } from "./groups";
import { mediaName } from "./media-name";

const headings: Record<GroupName, string> = {
  flagged: "Flagged",
  unsure: "Unclear",
  "no-sign": "No signs found",
  unchecked: "Could not check",
  "no-face": "No face found",
};

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
                {headings[name]} <span class="group-count">{groups[name].length}</span>
              </h2>
            </summary>
            <ul>
              {groups[name].map((medium) => (
                <li key={`${medium.frameId}:${medium.id}`}>
                  <Entry medium={medium} group={name} onShow={onShow} />
                </li>
              ))}
            </ul>
          </details>
        ))}
    </div>
  );
}

interface EntryProps {
  medium: Medium;
  group: GroupName;
  onShow: Props["onShow"];
}

/** Drawn anew only where its medium changed: a report of a feed repeats hundreds that did not. */
class Entry extends Component<EntryProps> {
  override shouldComponentUpdate({ medium, group, onShow }: EntryProps): boolean {
    const { props } = this;
    return group !== props.group || onShow !== props.onShow || !isSame(medium, props.medium);
  }

  override render({ medium, group, onShow }: EntryProps) {
    const { file, host } = mediaName(medium.url);
    const source = host ? `${file}, ${host}` : file;
    const tellsLevel = group === "flagged" || group === "unchecked";
    return (
      <button type="button" class="entry" onClick={() => onShow(medium)}>
        <Thumbnail source={medium.thumbnail} kind={medium.kind} />
        <span class="entry-text">
          {tellsLevel && (
            <span class="entry-title">
              <LevelMark level={medium.level} size={14} />
              <span>{title(medium)}</span>
            </span>
          )}
          <span class={tellsLevel ? "entry-line" : "entry-title entry-name"} title={source}>
            <bdi>{file}</bdi>
          </span>
          <span class="entry-line">
            {facts(medium)}
            {host && (
              <>
                {" · "}
                <bdi>{host}</bdi>
              </>
            )}
          </span>
        </span>
      </button>
    );
  }
}

/** Reports are flat. */
function isSame(one: Medium, other: Medium): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Medium>;
  return [...keys].every((key) => one[key] === other[key]);
}

/** `Video · 2 faces · 14 frames` */
export function facts({ kind, faces, frames, level, reason, detail, status }: Medium): string {
  const word = kindWord[kind];
  return [
    word.charAt(0).toUpperCase() + word.slice(1),
    ...(level || faces > 0 ? [counted(faces, "face")] : []),
    ...(frames !== undefined && frames > 0 ? [counted(frames, "frame")] : []),
    ...(kind === "video" && status === "scanning" ? ["still watching"] : []),
    ...(reason && detail ? [detail] : []),
  ].join(" · ");
}
