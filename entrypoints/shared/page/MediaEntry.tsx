/** One medium in a list: its face, what was found, and where it came from. */
import { Component } from "preact";
import { LevelMark } from "../../../components/LevelMark";
import { Thumbnail } from "../../../components/Thumbnail";
import { counted, kindWord, title } from "../../../components/words";
import type { GroupName, Medium } from "./groups";
import { mediaName } from "./media-name";

interface Props {
  medium: Medium;
  group: GroupName;
  onShow(medium: Medium): void;
  /** In a list that one moves through with the arrow keys: whether Tab stops here. */
  tabIndex?: 0 | -1;
  /** Its evidence is open beside the list. */
  isCurrent?: boolean;
}

/** Drawn anew only where its medium changed: a report of a feed repeats hundreds that did not. */
export class MediaEntry extends Component<Props> {
  override shouldComponentUpdate({ medium, ...rest }: Props): boolean {
    const { medium: before, ...others } = this.props;
    return !isSame(rest, others) || !isSame(medium, before);
  }

  override render({ medium, group, onShow, tabIndex, isCurrent }: Props) {
    const { file, host } = mediaName(medium.url);
    const source = host ? `${file}, ${host}` : file;
    const tellsLevel = group === "flagged" || group === "unchecked";
    return (
      <button
        type="button"
        class="entry"
        data-stop
        tabIndex={tabIndex}
        aria-current={isCurrent || undefined}
        onClick={() => onShow(medium)}
      >
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

/** Reports are flat, and so are the other properties. */
function isSame<T extends object>(one: T, other: T): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof T>;
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
