/**
 * Everything known of one medium on one page: what the detector saw, how it was looked at, what the
 * file says of itself. Shows a draft while it fills (with room kept for what is pending) as well as
 * evidence kept in a case. Headings begin at `h2`. Styles: `evidence.css`.
 */
import { LevelMark } from "../LevelMark";
import { StrengthMeter } from "../StrengthMeter";
import { explanation, howItWorks, limits, title } from "../words";
import { EvidenceFaces } from "./EvidenceFaces";
import { originWords, type ShownEvidence } from "./evidence-words";
import { FileSection } from "./FileSection";
import { MediumPreview } from "./MediumPreview";
import { ProvenanceSection } from "./ProvenanceSection";
import { StabilityTable } from "./StabilityTable";
import { VideoSection } from "./VideoSection";

type Part = "file" | "verdict" | "provenance" | "stability";

export interface EvidenceViewProps {
  /** Evidence as far as it has got; finished evidence fits too. */
  evidence: ShownEvidence;
  /** Parts still to come; leave out for finished evidence. */
  pending?: readonly Part[];
  /** What is being done now, and how much of it, 0 to 1. */
  progress?: { doing: string; share?: number };
  /** What went wrong or was cancelled last, a sentence. */
  problem?: string;
  /** Ends what is being done; what was found stays. */
  onCancel?(): void;
  /** Samples the whole video more densely; left out where there is no such thing to do. */
  onLookCloser?(): void;
  /** Why there is no closer look, a sentence; only without `onLookCloser`. */
  closerImpossible?: string;
  /**
   * A sharp picture of a video at a moment, where its file is at hand; the caller closes it. The
   * same function from render to render.
   */
  frameAt?(time: number, signal: AbortSignal): Promise<ImageBitmap>;
}

export function EvidenceView(props: EvidenceViewProps) {
  const { evidence, pending = [], progress } = props;
  const { onLookCloser, closerImpossible, frameAt } = props;
  const { verdict } = evidence;
  const kind = evidence.kind ?? "image";
  const waiting = (part: Part) => pending.includes(part);
  return (
    <article class={`evidence level-${verdict?.level ?? "none"}`}>
      <Head evidence={evidence} waiting={waiting("verdict")} />
      <Status {...props} />
      {kind === "video" ? (
        <>
          <VideoSection
            evidence={evidence}
            waiting={waiting("verdict")}
            busy={progress !== undefined}
            {...{ onLookCloser, closerImpossible, frameAt }}
          />
          <EvidenceFaces evidence={evidence} waiting={waiting("verdict")} />
        </>
      ) : (
        <>
          <MediumPreview evidence={evidence} waiting={waiting("verdict")} />
          <EvidenceFaces evidence={evidence} waiting={waiting("verdict")} />
          <StabilityTable evidence={evidence} waiting={waiting("stability")} />
        </>
      )}
      <ProvenanceSection evidence={evidence} waiting={waiting("provenance")} />
      <FileSection evidence={evidence} waiting={waiting("file")} />
      <section class="evidence-part">
        <h3>What Unmask cannot know</h3>
        <ul class="limits">
          {verdict && limits(verdict, kind).map((sentence) => <li key={sentence}>{sentence}</li>)}
          <li>A score ranks how strong the signs are. It is not the chance of being fake.</li>
        </ul>
        <details>
          <summary>How this works</summary>
          {howItWorks.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </details>
      </section>
    </article>
  );
}

function Head({ evidence, waiting }: { evidence: ShownEvidence; waiting: boolean }) {
  const { verdict, origin } = evidence;
  const kind = evidence.kind ?? "image";
  return (
    <header class="evidence-head">
      <LevelMark level={verdict?.level ?? null} size={24} />
      <div>
        <h2>{verdict ? title(verdict) : waiting ? "Checking" : "Not checked"}</h2>
        <p class="origin">{originWords(origin)}</p>
        <p class="what">{verdict && explanation(verdict, kind, verdict.detail)}</p>
        <div class="meter-room">{verdict?.level && <StrengthMeter level={verdict.level} />}</div>
      </div>
    </header>
  );
}

const checkedAtWords = (time: string) =>
  new Date(time).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });

/** One line whatever happens, so that nothing moves when work begins or ends. */
function Status({ evidence, progress, problem, onCancel }: EvidenceViewProps) {
  const { checkedAt } = evidence;
  return (
    <div class="evidence-status">
      {progress ? (
        <>
          <label>
            <span role="status">{progress.doing}</span>
            <progress value={progress.share} max={1} />
          </label>
          {onCancel && (
            <button type="button" class="button small" onClick={onCancel}>
              Cancel
            </button>
          )}
        </>
      ) : (
        <p role="status">{problem ?? (checkedAt ? `Checked ${checkedAtWords(checkedAt)}` : "")}</p>
      )}
    </div>
  );
}
