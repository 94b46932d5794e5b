/** One medium in a list of the workbench: its face, what was found, where and when. */
import type { ComponentChildren } from "preact";
import type { Brief } from "../../entrypoints/shared/cases/brief";
import { LevelMark } from "../LevelMark";
import { Thumbnail } from "../Thumbnail";
import { title } from "../words";

interface Props {
  /** Null while it is still being read: the button stays the same, and so does the focus on it. */
  brief: Brief | null;
  /** Facts in the last line, such as the time. */
  facts: ComponentChildren;
  tabIndex?: 0 | -1;
  isCurrent?: boolean;
  /** For the keyboard: lists give the focus back to the entry they came from. */
  entryId?: string;
  onOpen(): void;
}

export function BriefEntry({ brief, facts, tabIndex, isCurrent, entryId, onOpen }: Props) {
  return (
    <button
      type="button"
      class="entry"
      data-stop
      data-entry={entryId}
      tabIndex={tabIndex}
      aria-current={isCurrent ? "true" : undefined}
      aria-label={brief ? undefined : "Still being read"}
      onClick={onOpen}
    >
      {brief ? <BriefLines brief={brief} facts={facts} /> : <span class="thumbnail" />}
    </button>
  );
}

function BriefLines({ brief, facts }: { brief: Brief; facts: ComponentChildren }) {
  const host = URL.parse(brief.pageUrl || brief.url)?.hostname;
  return (
    <>
      <Thumbnail source={brief.thumbnail} kind={brief.kind} />
      <span class="entry-text">
        <span class="entry-title">
          <LevelMark level={brief.level} size={14} />
          <span class="entry-name">{title(brief)}</span>
        </span>
        <span class="entry-line">
          <bdi>{brief.name}</bdi>
          {host && (
            <>
              {" · "}
              <bdi>{host}</bdi>
            </>
          )}
        </span>
        <span class="entry-line">{facts}</span>
      </span>
    </>
  );
}

const shortTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** As the person's browser writes times. */
export const timeWords = (at: string | number): string => shortTime.format(new Date(at));
