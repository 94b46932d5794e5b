// Frames of one video → one score: by the field's convention, the mean of its logits, and by the
// extension's own rule, which is what a person would see.
import { scoreOf } from "../../model/calibration/calibration";
import type { StudentCard } from "../../model/package/card";
import type { Box, Level } from "../../model/verdict/verdict";
import { VideoVerdict } from "../../model/verdict/video";
import type { Scored } from "./bootstrap";
import type { ScoredFace } from "./scoring";

/** `logit` is the mean over all frames, gates left aside (DeepfakeBench's video level). */
export interface ScoredVideo extends Scored {
  source: string;
  frames: number;
  /**
   * What `model/verdict/video.ts` reads from the frames that pass the gates: the mean without the
   * lowest and highest fifth, and a level that needs four frames; null where it abstains.
   */
  verdict: { logit: number | null; level: Level | null };
}

/** The extension's pace; only the order of the frames matters here. */
const SECONDS_BETWEEN_FRAMES = 0.5;

/** One entry a video, in the order of their first frames; stills are left out. */
export function videosOf(faces: readonly ScoredFace[], card: StudentCard): ScoredVideo[] {
  const byVideo = new Map<string, ScoredFace[]>();
  for (const face of faces) {
    const { source, video, group, label } = face.row;
    if (video === undefined) continue;
    const key = JSON.stringify([label, source, group, video]);
    byVideo.set(key, [...(byVideo.get(key) ?? []), face]);
  }
  return [...byVideo.values()].map((frames) => {
    const { row, isFake, group } = frames[0] as ScoredFace;
    const { logit, level } = verdictOn(frames, card);
    return {
      source: row.source,
      isFake,
      group,
      frames: frames.length,
      logit: frames.reduce((sum, frame) => sum + frame.logit, 0) / frames.length,
      verdict: { logit, level },
    };
  });
}

function verdictOn(frames: readonly ScoredFace[], card: StudentCard) {
  const verdict = new VideoVerdict(card, card.name);
  frames.forEach(({ row, logit, level }, i) => {
    // Crops of one video show one face; their boxes lie in the middle, so that they make one track.
    const box = [...row.box] as Box;
    const face =
      level === null
        ? { box, logit: null, score: null, reason: "too-blurred" as const }
        : { box, logit, score: scoreOf(logit, card) };
    const [x, y, width, height] = box;
    verdict.add({
      time: i * SECONDS_BETWEEN_FRAMES,
      width: x + width,
      height: y + height,
      faces: [face],
    });
  });
  return verdict.verdict();
}
