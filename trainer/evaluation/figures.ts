// Tables of an evaluation from scored faces: all together, by source and generator, within sources,
// false alarms of each real source. Every figure has its interval over groups.
import type { StudentCard } from "../../model/package/card";
import { isFlagged, type Level } from "../../model/verdict/verdict";
import { type Interval, type IntervalOf, shareOf } from "./bootstrap";
import { rank } from "./ranking";
import { reliability } from "./reliability";
import type { ScoredFace } from "./scoring";
import { matchedAuc } from "./softness";
import type { ScoredVideo } from "./videos";

/** Shares of pictures that reach a level, or abstain; abstaining faces reach none. */
export interface LevelShares {
  unsure: Interval;
  suspicious: Interval;
  strong: Interval;
  abstained: Interval;
}

/** How well logits rank fakes above reals; gates and thresholds play no part. */
export interface RankingFigures {
  auc: Interval;
  averagePrecision: Interval;
  equalErrorRate: Interval;
  /** Share of fakes found where at most 1 % (5 %) of the reals are flagged. */
  truePositiveRateAt1: Interval;
  truePositiveRateAt5: Interval;
}

export interface FrameFigures extends RankingFigures {
  calibrationError: Interval;
  brier: Interval;
  reals: LevelShares;
  fakes: LevelShares;
}

/** Counts of what a figure rests on. */
export interface Sizes {
  pictures: number;
  groups: number;
}

/** Fakes of one source or generator, ranked against all reals of the split. */
export interface FakeFigures extends Sizes {
  name: string;
  /** Generators of a source, or sources of a generator. */
  of: string[];
  auc: Interval;
  averagePrecision: Interval;
  equalErrorRate: Interval;
  truePositiveRateAt5: Interval;
  levels: LevelShares;
}

/** A source with both labels: its medium and people cannot give the label away. */
export interface WithinFigures {
  source: string;
  reals: number;
  fakes: number;
  groups: number;
  auc: Interval;
  /** The same between faces of like sharpness only. */
  matchedAuc: Interval;
  equalErrorRate: Interval;
}

/** What is said of real faces. */
export interface AlarmFigures extends Sizes {
  meanLogit: number;
  levels: LevelShares;
}

export interface RealFigures extends AlarmFigures {
  source: string;
}

export interface VideoFigures {
  reals: number;
  fakes: number;
  groups: number;
  frames: number;
  /** By the mean of each video's logits. */
  mean: Pick<RankingFigures, "auc" | "averagePrecision" | "equalErrorRate">;
  /** By the extension's rule; videos of which it says nothing are left out of the ranking. */
  extension: {
    auc: Interval;
    realsSuspicious: Interval;
    fakesSuspicious: Interval;
    abstained: Interval;
  };
}

/**
 * The share with its interval. Where it is nothing or all, every draw of groups agrees and would promise
 * certainty; the bound is then the exact one for so many groups (Clopper & Pearson 1934).
 */
function shareWithInterval<T extends { group: string }>(
  pictures: readonly T[],
  holds: (picture: T) => boolean,
  interval: IntervalOf,
): Interval {
  const found = interval(pictures, shareOf(pictures, holds));
  const leastLikely = 0.025 ** (1 / groupsOf(pictures));
  if (Number.isFinite(found.high) && found.value === 0) return { ...found, high: 1 - leastLikely };
  if (Number.isFinite(found.low) && found.value === 1) return { ...found, low: leastLikely };
  return found;
}

export function levelShares(faces: readonly ScoredFace[], interval: IntervalOf): LevelShares {
  const share = (holds: (level: Level | null) => boolean) =>
    shareWithInterval(faces, ({ level }) => holds(level), interval);
  return {
    unsure: share((level) => level === "unsure" || isFlagged(level)),
    suspicious: share(isFlagged),
    strong: share((level) => level === "strong"),
    abstained: share((level) => level === null),
  };
}

export function frameFigures(
  faces: readonly ScoredFace[],
  card: StudentCard,
  interval: IntervalOf,
): FrameFigures {
  const ranking = rank(faces);
  const calibration = reliability(faces, card.temperature);
  return {
    auc: interval(faces, ranking.auc),
    averagePrecision: interval(faces, ranking.averagePrecision),
    equalErrorRate: interval(faces, ranking.equalErrorRate),
    truePositiveRateAt1: interval(faces, ranking.truePositiveRateAt(0.01)),
    truePositiveRateAt5: interval(faces, ranking.truePositiveRateAt(0.05)),
    calibrationError: interval(faces, calibration.calibrationError),
    brier: interval(faces, calibration.brier),
    reals: levelShares(faces.filter(isReal), interval),
    fakes: levelShares(faces.filter(isFake), interval),
  };
}

/** Null where the split holds no videos. */
export function videoFigures(
  videos: readonly ScoredVideo[],
  interval: IntervalOf,
): VideoFigures | null {
  if (videos.length === 0) return null;
  const ranking = rank(videos);
  const judged = videos.flatMap((video) =>
    video.verdict.logit === null ? [] : [{ ...video, logit: video.verdict.logit }],
  );
  const flagged = (of: readonly ScoredVideo[]) =>
    shareWithInterval(of, ({ verdict }) => isFlagged(verdict.level), interval);
  return {
    reals: videos.filter(isReal).length,
    fakes: videos.filter(isFake).length,
    groups: groupsOf(videos),
    frames: videos.reduce((sum, { frames }) => sum + frames, 0),
    mean: {
      auc: interval(videos, ranking.auc),
      averagePrecision: interval(videos, ranking.averagePrecision),
      equalErrorRate: interval(videos, ranking.equalErrorRate),
    },
    extension: {
      auc: interval(judged, rank(judged).auc),
      realsSuspicious: flagged(videos.filter(isReal)),
      fakesSuspicious: flagged(videos.filter(isFake)),
      abstained: shareWithInterval(videos, ({ verdict }) => verdict.level === null, interval),
    },
  };
}

/** @param by what the fakes are told apart by; `of` lists the other. */
export function fakeFigures(
  faces: readonly ScoredFace[],
  by: "source" | "generator",
  interval: IntervalOf,
): FakeFigures[] {
  const reals = faces.filter(isReal);
  const other = by === "source" ? "generator" : "source";
  return grouped(faces.filter(isFake), (face) => face.row[by]).map(([name, own]) => {
    const against = [...reals, ...own];
    const ranking = rank(against);
    return {
      name,
      of: [...new Set(own.map(({ row }) => row[other]))].sort(),
      ...sizesOf(own),
      auc: interval(against, ranking.auc),
      averagePrecision: interval(against, ranking.averagePrecision),
      equalErrorRate: interval(against, ranking.equalErrorRate),
      truePositiveRateAt5: interval(against, ranking.truePositiveRateAt(0.05)),
      levels: levelShares(own, interval),
    };
  });
}

export function withinFigures(faces: readonly ScoredFace[], interval: IntervalOf): WithinFigures[] {
  return grouped(faces, ({ row }) => row.source)
    .filter(([, own]) => own.some(isReal) && own.some(isFake))
    .map(([source, own]) => {
      const ranking = rank(own);
      return {
        source,
        reals: own.filter(isReal).length,
        fakes: own.filter(isFake).length,
        groups: groupsOf(own),
        auc: interval(own, ranking.auc),
        matchedAuc: interval(own, matchedAuc(own)),
        equalErrorRate: interval(own, ranking.equalErrorRate),
      };
    });
}

export function realFigures(faces: readonly ScoredFace[], interval: IntervalOf): RealFigures[] {
  return grouped(faces.filter(isReal), ({ row }) => row.source).map(([source, own]) => ({
    source,
    ...alarmFigures(own, interval),
  }));
}

/** @param reals one or more. */
export function alarmFigures(reals: readonly ScoredFace[], interval: IntervalOf): AlarmFigures {
  return {
    ...sizesOf(reals),
    meanLogit: reals.reduce((sum, { logit }) => sum + logit, 0) / reals.length,
    levels: levelShares(reals, interval),
  };
}

function isReal({ isFake }: { isFake: boolean }): boolean {
  return !isFake;
}

function isFake({ isFake }: { isFake: boolean }): boolean {
  return isFake;
}

function groupsOf(scored: readonly { group: string }[]): number {
  return new Set(scored.map(({ group }) => group)).size;
}

function sizesOf(faces: readonly ScoredFace[]): Sizes {
  return { pictures: faces.length, groups: groupsOf(faces) };
}

/** Faces by name, names in alphabetical order. */
function grouped(
  faces: readonly ScoredFace[],
  nameOf: (face: ScoredFace) => string,
): [string, ScoredFace[]][] {
  const names = [...new Set(faces.map(nameOf))].sort();
  return names.map((name) => [name, faces.filter((face) => nameOf(face) === name)]);
}
