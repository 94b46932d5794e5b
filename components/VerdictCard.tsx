/**
 * The card that a badge opens: what was seen, how strong the signs are, which faces, and what the
 * tool cannot know. It stands in a closed shadow root in the page; its owner places it, closes it on
 * Escape, and gives the focus back afterwards. Styles: `card.css`.
 */
import type { VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { isFlagged, type Verdict } from "../model/verdict/verdict";
import { FaceThumbnail } from "./FaceThumbnail";
import { type RankedFace, rankFaces, videoFindings } from "./findings";
import { LevelMark } from "./LevelMark";
import { StrengthMeter } from "./StrengthMeter";
import {
  clock,
  counted,
  explanation,
  howItWorks,
  limits,
  type MediaKind,
  strengthWords,
  title,
} from "./words";

export interface VerdictCardProps {
  kind: MediaKind;
  verdict: Verdict;
  /** `data:image/…` URLs, one a face, in the order of `verdict.faces`; may be shorter. */
  thumbnails: string[];
  onClose(): void;
  /** Switches this site off; without it no such button is shown. */
  onHideSite?(): void;
  /** Host name for that button. */
  siteName?: string;
}

/** Two rows of the card, and as many thumbnails as the detector makes. */
const facesShown = 8;

export function VerdictCard(props: VerdictCardProps) {
  const { kind, verdict, onClose, onHideSite, siteName } = props;
  const id = useId();
  const card = useRef<HTMLElement>(null);
  // Focus on the card itself: a screen reader reads its name and first sentence, Tab goes to Close.
  useEffect(() => card.current?.focus({ preventScroll: true }), []);
  const faces = rankFaces(verdict);
  // One face stands beside the sentence on it; several get a grid with a word under each.
  const [only] = faces.length === 1 ? faces : [];
  const [where, setWhere] = useState(false);
  const portrait = (ranked: RankedFace) => (
    <FaceThumbnail
      source={props.thumbnails[ranked.index]}
      label={`Face ${ranked.index + 1}: ${faceWords(ranked).spoken}`}
      map={where && hasHeat(ranked) ? ranked.face.map : undefined}
    />
  );
  return (
    <section
      ref={card}
      class={`card level-${verdict.level ?? "none"}`}
      role="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-what`}
      tabIndex={-1}
    >
      <header class="card-head">
        <LevelMark level={verdict.level} size={22} />
        <h2 id={`${id}-title`}>{title(verdict)}</h2>
        <button type="button" class="card-close" aria-label="Close" onClick={onClose}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="m3.5 3.5 9 9m0-9-9 9" />
          </svg>
        </button>
      </header>
      <div class="card-body">
        <div class="card-what">
          {only && props.thumbnails[only.index] && portrait(only)}
          <p id={`${id}-what`}>{explanation(verdict, kind, verdict.detail)}</p>
        </div>
        {verdict.level && <StrengthMeter level={verdict.level} />}
        {faces.length > 1 && <Faces verdict={verdict} faces={faces} portrait={portrait} />}
        {faces.some(hasHeat) && (
          <label class="card-where">
            <input
              type="checkbox"
              checked={where}
              onChange={(event) => setWhere(event.currentTarget.checked)}
            />
            Colour where the signs are
          </label>
        )}
        <VideoSpan verdict={verdict} />
        <h3>What Unmask cannot know</h3>
        <ul class="card-limits">
          {limits(verdict, kind).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        <details>
          <summary>How this works</summary>
          {howItWorks.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          {verdict.level && <p class="card-model">Checked by {verdict.model}.</p>}
        </details>
      </div>
      {onHideSite && (
        <footer class="card-foot">
          <button type="button" class="card-off" onClick={onHideSite}>
            Turn off on {siteName ?? "this site"}
          </button>
        </footer>
      )}
    </section>
  );
}

interface FacesProps {
  verdict: Verdict;
  faces: RankedFace[];
  portrait(ranked: RankedFace): VNode;
}

function Faces({ verdict, faces, portrait }: FacesProps) {
  const shown = faces.slice(0, facesShown);
  const more = faces.length - shown.length;
  return (
    <div class="card-faces">
      <p>{facesSentence(verdict, faces)}</p>
      <ul>
        {shown.map((ranked) => (
          <li key={ranked.index}>
            {portrait(ranked)}
            <span class="face-words" aria-hidden="true">
              <LevelMark level={ranked.level} size={11} /> {faceWords(ranked).shown}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p class="card-more">
          {counted(more, "more face is", "more faces are")} not shown; none has stronger signs.
        </p>
      )}
    </div>
  );
}

/** A map of a face without signs would colour noise. */
function hasHeat({ face, level }: RankedFace): boolean {
  return face.map !== undefined && (level === "unsure" || isFlagged(level));
}

function facesSentence(verdict: Verdict, faces: RankedFace[]): string {
  if (verdict.level === null || !isFlagged(verdict.level)) {
    return `${counted(faces.length, "face")} found.`;
  }
  const flagged = faces.filter(({ level }) => isFlagged(level)).length;
  return flagged === faces.length
    ? `Signs in all ${counted(faces.length, "face")}.`
    : `Signs in ${flagged} of ${counted(faces.length, "face")}.`;
}

/** Under a face there is room for one word; a screen reader, which sees no mark, gets more. */
function faceWords({ face, level }: RankedFace): { shown: string; spoken: string } {
  if (level) {
    const shown = level === "no-sign" ? "No signs" : strengthWords[level];
    return { shown, spoken: title({ level, reason: null }).toLowerCase() };
  }
  if (face.reason === "too-small") return { shown: "Too small", spoken: "too small to check" };
  if (face.reason === "too-blurred") return { shown: "Blurred", spoken: "too blurred to check" };
  if (face.logit === null) return { shown: "Unchecked", spoken: "not checked" };
  return { shown: "Weaker", spoken: "weaker signs than in the first face" };
}

function VideoSpan({ verdict }: { verdict: Verdict }) {
  const findings = videoFindings(verdict);
  if (!findings) return null;
  const { looked, withFace, span, flagged } = findings;
  return (
    <p class="card-frames">
      Looked at {counted(looked, "frame")} {between(span)}
      {withFace < looked ? `, ${withFace} of them with a face to check` : ""}.
      {flagged
        ? ` Signs were seen in ${counted(flagged.frames, "frame")} ${between(flagged.span)}.`
        : ""}
    </p>
  );
}

function between([from, to]: [number, number]): string {
  return clock(from) === clock(to) ? `at ${clock(from)}` : `from ${clock(from)} to ${clock(to)}`;
}
