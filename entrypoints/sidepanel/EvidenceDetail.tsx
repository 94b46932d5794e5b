/** The frame around the evidence of one medium: its name, the way back, and what to know of it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { browser } from "wxt/browser";
import { counted } from "../../components/words";
import { samplingWords } from "../shared/evidence/sampling-words";
import { mediaName } from "../shared/page/media-name";
import { pointAtMedium } from "../shared/page/page-commands";
import type { Inspection, Listed } from "./inspections";

interface Props {
  inspection: Inspection;
  /** One that is not stays in the page, and its work goes on. */
  isOpen: boolean;
  /** Address of the page that the workbench stands beside now. */
  pageUrl: string;
  /** Frames of a video that have been looked at by now, as the page reports them. */
  framesByNow: number;
  onBack(): void;
  /** Takes up what has been looked at since. */
  onUpdate(): void;
  children: ComponentChildren;
}

export function EvidenceDetail(props: Props) {
  const { inspection, isOpen, pageUrl, framesByNow, onBack, onUpdate, children } = props;
  const { name, listed, notice, evidence } = inspection;
  const more = framesByNow - (evidence?.verdict.frames?.length ?? 0);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isOpen) heading.current?.focus({ preventScroll: true });
  }, [isOpen]);
  const { file, host } = nameFrom(inspection) ?? { file: name, host: "" };
  return (
    <section
      class="detail"
      hidden={!isOpen}
      aria-label="Evidence"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onBack();
      }}
    >
      <div class="detail-head">
        <button type="button" class="icon-button" aria-label="Back to the list" onClick={onBack}>
          <svg viewBox="0 0 20 20" width="18" height="18" class="icon" aria-hidden="true">
            <path d="M12 4 6 10l6 6" />
          </svg>
        </button>
        <div class="detail-name">
          <h2 ref={heading} tabIndex={-1} title={file}>
            <bdi>{file}</bdi>
          </h2>
          {host && (
            <p>
              <bdi>{host}</bdi>
            </p>
          )}
        </div>
        {listed && <ShowOnPage listed={listed} />}
      </div>
      {listed && hasMovedOn(listed.pageUrl, pageUrl) && (
        <p class="detail-note">
          The page has moved on since this was opened. What was found stays; what was not read by
          then may be out of reach.
        </p>
      )}
      {notice && <p class="detail-note">{notice}</p>}
      <div class="detail-body">{children}</div>
      {/* Over the evidence, not in it: nothing moves while a video plays on. */}
      {evidence?.sampling === samplingWords.asPlayed && more > 0 && (
        <button type="button" class="button detail-update" onClick={onUpdate}>
          Update: {counted(more, "more frame")} looked at
        </button>
      )}
    </section>
  );
}

/** What was only called "the medium in view" has a name once its address is known. */
function nameFrom({ request, name }: Inspection) {
  const origin = request?.origin;
  if (origin?.kind === "page" || origin?.kind === "link") return mediaName(origin.url);
  return name ? null : { file: "No name", host: "" };
}

function hasMovedOn(from: string, now: string): boolean {
  const withoutFragment = (url: string) => url.split("#", 1)[0];
  return now !== "" && withoutFragment(from) !== withoutFragment(now);
}

function ShowOnPage({ listed: { tabId, frameId, mediumId } }: { listed: Listed }) {
  const [gone, setGone] = useState(false);
  const show = async () => {
    const shown = await pointAtMedium(tabId, { id: mediumId, frameId });
    setGone(!shown);
    // From a workbench in a tab of its own, the page is behind it.
    if (shown) await browser.tabs.update(tabId, { active: true }).catch(() => {});
  };
  return (
    <div class="detail-show">
      <button type="button" class="button" onClick={() => void show()}>
        Show on the page
      </button>
      {gone && <p role="alert">It is no longer there.</p>}
    </div>
  );
}
