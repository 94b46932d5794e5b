/**
 * The card that a badge opens: what was seen, how strong the signs are, which faces, and what the
 * tool cannot know. It stands in a closed shadow root in the page; its owner places it, closes it on
 * Escape, and gives the focus back afterwards. Styles: `card.css`.
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { isFlagged, type Level, type Verdict } from "../model/verdict/verdict";
import { FaceThumbnail } from "./FaceThumbnail";
import { type RankedFace, rankFaces, videoFindings } from "./findings";
import { LevelMark } from "./LevelMark";
import { StrengthMeter } from "./StrengthMeter";
import { clock, counted, explanation, howItWorks, limits, type MediaKind, title } from "./words";

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

/** Faces shown before "Show all": two rows of the card. */
const facesAtFirst = 8;

export function VerdictCard(props: VerdictCardProps) {
  const { kind, verdict, onClose, onHideSite, siteName } = props;
  const id = useId();
  const card = useRef<HTMLElement>(null);
  // Focus on the card itself: a screen reader reads its name and first sentence, Tab goes to Close.
  useEffect(() => card.current?.focus({ preventScroll: true }), []);
  const faces = rankFaces(verdict);
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
        <p id={`${id}-what`}>
          {explanation(verdict, kind)}
          {verdict.level === null && verdict.detail ? ` Reported: ${verdict.detail}.` : ""}
        </p>
        {verdict.level && <StrengthMeter level={verdict.level} />}
        {faces.length > 0 && <Faces {...props} faces={faces} />}
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
          <p class="card-model">Checked by {verdict.model}.</p>
        </details>
        {onHideSite && (
          <button type="button" class="card-off" onClick={onHideSite}>
            Turn off on {siteName ?? "this site"}
          </button>
        )}
      </div>
    </section>
  );
}

function Faces({ verdict, thumbnails, faces }: VerdictCardProps & { faces: RankedFace[] }) {
  const [all, setAll] = useState(false);
  const [where, setWhere] = useState(false);
  const shown = all ? faces : faces.slice(0, facesAtFirst);
  const mapped = faces.some(hasHeat);
  return (
    <div class="card-faces">
      {faces.length > 1 && <p>{facesSentence(verdict, faces)}</p>}
      <ul>
        {shown.map((ranked) => (
          <li key={ranked.index}>
            <FaceThumbnail
              source={thumbnails[ranked.index]}
              label={`Face ${ranked.index + 1}: ${faceWords(ranked)}`}
              map={where && hasHeat(ranked) ? ranked.face.map : undefined}
            />
            <span class="face-words" aria-hidden="true">
              <LevelMark level={ranked.level} size={11} /> {faceWords(ranked)}
            </span>
          </li>
        ))}
      </ul>
      {shown.length < faces.length && (
        <button type="button" class="card-more" onClick={() => setAll(true)}>
          Show all {counted(faces.length, "face")}
        </button>
      )}
      {mapped && (
        <label class="card-where">
          <input
            type="checkbox"
            checked={where}
            onChange={(event) => setWhere(event.currentTarget.checked)}
          />
          Colour where the signs are
        </label>
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

const faceLevelWords: Record<Level, string> = {
  strong: "Strong signs",
  suspicious: "Some signs",
  unsure: "Unclear",
  "no-sign": "No signs",
};

function faceWords({ face, level }: RankedFace): string {
  if (level) return faceLevelWords[level];
  if (face.reason === "too-small") return "Too small";
  if (face.reason === "too-blurred") return "Too blurred";
  return face.logit === null ? "Not checked" : "Weaker signs";
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
