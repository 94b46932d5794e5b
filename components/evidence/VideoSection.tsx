/** A video over time: the plot, its moments as small pictures, the moment chosen, and all as a table. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { isFlagged, type Verdict } from "../../model/verdict/verdict";
import { LevelMark } from "../LevelMark";
import { counted, title } from "../words";
import { faceTitle, momentWords, type ShownEvidence, scoreWords } from "./evidence-words";
import { MomentPicture } from "./MomentPicture";
import { maxTracks, TimelinePlot } from "./TimelinePlot";
import {
  framesInOrder,
  nearestFrame,
  strongestFrame,
  type TimelineFrame,
  timelineTracks,
} from "./timeline-data";

interface Props {
  evidence: ShownEvidence;
  waiting: boolean;
  /** Something is being done. */
  busy: boolean;
  onLookCloser?(): void;
  closerImpossible?: string;
  frameAt?(time: number, signal: AbortSignal): Promise<ImageBitmap>;
}

const nothingYet: Pick<Verdict, "faces" | "frames"> = { faces: [], frames: [] };

export function VideoSection({ evidence, waiting, busy, frameAt, ...closer }: Props) {
  const { verdict = nothingYet as Verdict, detector, frameThumbnails = [] } = evidence;
  const frames = useMemo(() => framesInOrder(verdict), [verdict]);
  const times = useMemo(() => frames.map(({ time }) => time), [frames]);
  const tracks = useMemo(
    () => (detector ? timelineTracks(verdict, frames, detector.thresholds, maxTracks) : []),
    [verdict, frames, detector],
  );
  // A moment, not a place in the list: frames still come in.
  const [chosen, setChosen] = useState<number | null>(null);
  const selected = chosen === null ? strongestFrame(frames) : nearestFrame(frames, chosen);
  const select = (index: number) => setChosen(times[index] ?? null);
  const frame = frames[selected];
  return (
    <section class="evidence-part">
      <h3>Over time</h3>
      <p class="soft timeline-words">{timelineWords(frames, evidence.sampling, waiting)}</p>
      {frames.length > 0 && tracks.length > 0 ? (
        <TimelinePlot
          times={times}
          tracks={tracks}
          selected={selected}
          onSelect={select}
          label={`Strength of signs at ${counted(frames.length, "moment")} of the video; the table of all moments below says the same.`}
        />
      ) : (
        <div class={`timeline-plot ${waiting ? "pulse" : "empty-room"}`}>
          {!waiting && <p>No face was scored at any moment.</p>}
        </div>
      )}
      {tracks.length > 1 && <Legend tracks={tracks} of={verdict.faces.length} />}
      {frames.length > 0 && (
        <>
          <label class="moment-slider">
            <span>Moment</span>
            <input
              type="range"
              min={0}
              max={frames.length - 1}
              step={1}
              value={selected}
              aria-valuetext={frame && momentSentence(frame)}
              onInput={(event) => select(event.currentTarget.valueAsNumber)}
            />
            <output>{frame && momentWords(frame.time)}</output>
          </label>
          <Strip
            thumbnails={frameThumbnails}
            time={frame?.time ?? 0}
            frames={frames}
            onSelect={(time) => select(nearestFrame(frames, time))}
          />
          {frame && <Moment frame={frame} evidence={evidence} {...(frameAt && { frameAt })} />}
          <FrameTable frames={frames} verdict={verdict} onSelect={select} />
        </>
      )}
      <Closer busy={busy} {...closer} />
    </section>
  );
}

function timelineWords(
  frames: readonly TimelineFrame[],
  sampling: string | undefined,
  waiting: boolean,
): string {
  if (frames.length === 0) return waiting ? "Looking at the first moments." : "Nothing was seen.";
  const flagged = frames.filter(({ faces }) => faces.some(isFlaggedFace)).length;
  const signs = flagged === 0 ? "none of them shows signs" : `${flagged} of them with signs`;
  const how = sampling && !waiting ? ` Sampled: ${sampling}.` : "";
  return `${counted(frames.length, "moment")}, ${signs}.${how} Single moments can err; the result rests on many.`;
}

const isFlaggedFace = ({ level }: TimelineFrame["faces"][number]) => isFlagged(level ?? null);

function momentSentence({ time, faces }: TimelineFrame): string {
  if (faces.length === 0) return `${momentWords(time)}, no face`;
  const [first] = faces;
  const rest = faces.length > 1 ? ` and ${counted(faces.length - 1, "more face")}` : "";
  return `${momentWords(time)}, ${first ? faceTitle(first).toLowerCase() : ""}${rest}`;
}

function Legend({ tracks, of }: { tracks: { number: number }[]; of: number }) {
  return (
    <ul class="timeline-legend">
      {tracks.map(({ number }, index) => (
        <li key={number}>
          <span class={`swatch swatch-${index + 1}`} aria-hidden="true" /> Face {number}
        </li>
      ))}
      {of > tracks.length && <li class="soft">{counted(of - tracks.length, "face")} not drawn</li>}
    </ul>
  );
}

interface StripProps {
  thumbnails: { time: number; picture: string }[];
  frames: TimelineFrame[];
  time: number;
  onSelect(time: number): void;
}

/** Out of the tab order: the slider above reaches every moment, and sixty stops would bar the way. */
function Strip({ thumbnails, frames, time, onSelect }: StripProps) {
  const current = thumbnails[nearestFrame(thumbnails, time)];
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const strip = list.current;
    const shown = strip?.querySelector<HTMLElement>("[aria-current]");
    if (!strip || !shown) return;
    // Not scrollIntoView: that would scroll the page as well.
    strip.scrollLeft = shown.offsetLeft - (strip.clientWidth - shown.clientWidth) / 2;
  }, [current?.time]);
  if (thumbnails.length === 0) return null;
  return (
    <ul class="strip" ref={list}>
      {thumbnails.map((thumbnail) => {
        const frame = frames[nearestFrame(frames, thumbnail.time)];
        const flagged = frame?.faces.find(isFlaggedFace)?.level ?? "none";
        return (
          <li key={thumbnail.time}>
            <button
              type="button"
              tabIndex={-1}
              class={`level-${flagged}`}
              aria-current={thumbnail === current ? "true" : undefined}
              aria-label={`Moment ${momentWords(thumbnail.time)}`}
              onClick={() => onSelect(thumbnail.time)}
            >
              <img src={thumbnail.picture} alt="" loading="lazy" />
              <span aria-hidden="true">{momentWords(thumbnail.time)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface MomentProps {
  frame: TimelineFrame;
  evidence: ShownEvidence;
  frameAt?(time: number, signal: AbortSignal): Promise<ImageBitmap>;
}

function Moment({ frame, evidence, frameAt }: MomentProps) {
  const numberOf = numbering(evidence.verdict);
  return (
    <div class="moment">
      <MomentPicture
        frame={frame}
        thumbnails={evidence.frameThumbnails ?? []}
        numberOf={numberOf}
        {...(frameAt && { frameAt })}
      />
      <div>
        <h4>At {momentWords(frame.time)}</h4>
        {frame.faces.length === 0 ? (
          <p class="soft">No face found.</p>
        ) : (
          <ul class="moment-faces">
            {frame.faces.map((face) => (
              <li key={face.box.join()}>
                <LevelMark level={face.level ?? null} size={12} /> Face {numberOf(face)}:{" "}
                {faceTitle(face).toLowerCase()}
                {face.score !== null && (
                  <span class="figures"> · score {scoreWords(face.score)}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** The number that a track has in the list of faces. */
function numbering(verdict: Verdict | undefined) {
  return ({ track }: { track?: number }) =>
    (verdict?.faces.findIndex((face) => face.track === track) ?? -1) + 1;
}

function FrameTable({
  frames,
  verdict,
  onSelect,
}: {
  frames: TimelineFrame[];
  verdict: Verdict;
  onSelect(index: number): void;
}) {
  // Thousands of rows are made only when somebody wants them.
  const [open, setOpen] = useState(false);
  const numberOf = numbering(verdict);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>All moments as a table</summary>
      {open && (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="All moments">
          <table>
            <thead>
              <tr>
                <th scope="col">Moment</th>
                <th scope="col">Faces, with score</th>
              </tr>
            </thead>
            <tbody>
              {frames.map((frame, index) => (
                <tr key={`${index} ${frame.time}`}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => onSelect(index)}>
                      {momentWords(frame.time)}
                    </button>
                  </th>
                  <td>
                    {frame.faces.length === 0
                      ? title({ level: null, reason: "no-face" })
                      : frame.faces
                          .map(
                            (face) =>
                              `Face ${numberOf(face)}: ${faceTitle(face).toLowerCase()}${face.score === null ? "" : ` (${scoreWords(face.score)})`}`,
                          )
                          .join("; ")}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function Closer({
  busy,
  onLookCloser,
  closerImpossible,
}: Pick<Props, "busy" | "onLookCloser" | "closerImpossible">) {
  if (onLookCloser) {
    return (
      <div class="closer">
        <button type="button" class="button" disabled={busy} onClick={onLookCloser}>
          Look closer
        </button>
        <p class="soft">
          Looks at the whole video in short steps. A video of the page is fetched for that, as the
          page itself did.
        </p>
      </div>
    );
  }
  return closerImpossible ? <p class="soft">{closerImpossible}</p> : null;
}
