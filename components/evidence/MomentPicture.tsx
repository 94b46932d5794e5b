/**
 * One moment of a video with its faces marked: the sharp frame where the file is at hand, else the
 * small picture kept of it, else the nearest there is, without marks.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { FaceResult } from "../../model/verdict/verdict";
import { Boxes } from "./Boxes";
import { momentWords } from "./evidence-words";
import { nearestFrame, type TimelineFrame } from "./timeline-data";

interface Props {
  frame: TimelineFrame;
  thumbnails: { time: number; picture: string }[];
  numberOf(face: FaceResult): number;
  frameAt?(time: number, signal: AbortSignal): Promise<ImageBitmap>;
}

export function MomentPicture({ frame, thumbnails, numberOf, frameAt }: Props) {
  const { time, width, height, faces } = frame;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [sharpTime, setSharpTime] = useState<number | null>(null);
  useEffect(() => {
    if (!frameAt) return;
    const stale = new AbortController();
    frameAt(time, stale.signal).then(
      (bitmap) => {
        if (!stale.signal.aborted && canvas.current) {
          canvas.current.width = bitmap.width;
          canvas.current.height = bitmap.height;
          canvas.current.getContext("2d")?.drawImage(bitmap, 0, 0);
          setSharpTime(time);
        }
        bitmap.close();
      },
      // The small picture stays.
      () => undefined,
    );
    return () => stale.abort();
  }, [time, frameAt]);

  const kept = thumbnails[nearestFrame(thumbnails, time)];
  const sharp = sharpTime === time;
  const exact = sharp || kept?.time === time;
  if (!frameAt && !kept) return null;
  return (
    <figure class="moment-picture">
      <div class="moment-room" style={{ aspectRatio: `${width} / ${height}` }}>
        {kept && !sharp && <img src={kept.picture} alt={`Frame at ${momentWords(kept.time)}`} />}
        <canvas
          ref={canvas}
          hidden={!sharp}
          role="img"
          aria-label={`Frame at ${momentWords(time)}`}
        />
        {exact && <Boxes faces={faces} width={width} height={height} numberOf={numberOf} />}
      </div>
      {!exact && kept && (
        <figcaption class="soft">The nearest picture kept, at {momentWords(kept.time)}</figcaption>
      )}
    </figure>
  );
}
