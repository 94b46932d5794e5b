// The shape of `report.json`, which docs/evaluation.md describes key by key. A figure that does not
// exist (no fakes in the split, too few groups) is null there, and a dash in the tables.
import type { BlendFigures } from "./blends";
import type { Interval } from "./bootstrap";
import type {
  FakeFigures,
  FrameFigures,
  RealFigures,
  VideoFigures,
  WithinFigures,
} from "./figures";
import type { KindFigures } from "./kinds";
import type { MapCost } from "./map-cost";
import type { RocPoint } from "./ranking";
import type { ReliabilityBin } from "./reliability";
import type { Robustness } from "./robustness/measure";
import type { SoftnessFigures } from "./softness";
import type { SurroundingsFigures } from "./surroundings";

export interface EvaluationReport {
  /** Raised when a key changes its meaning. */
  format: 1;
  model: {
    name: string;
    version: string;
    inputSize: number;
    temperature: number;
    /** Raw logits at which the levels begin. */
    thresholds: { unsure: number; suspicious: number; strong: number };
    gates: { minFacePx: number; minSharpness: number };
  };
  split: string;
  pictures: {
    real: number;
    fake: number;
    groups: number;
    /** Files that could not be read; they are in no figure. */
    broken: { file: string; reason: string }[];
  };
  /** Every interval is the 2.5 to 97.5 % range of this many seeded draws of whole groups. */
  bootstrap: { resamples: number; seed: number };
  frames: FrameFigures;
  videos: VideoFigures | null;
  fakesBySource: FakeFigures[];
  fakesByGenerator: FakeFigures[];
  within: WithinFigures[];
  /** Does sharpness tell the labels apart, and the logit where it does not? */
  softness: SoftnessFigures;
  realsBySource: RealFigures[];
  /** A real picture is of several kinds. */
  realsByKind: KindFigures[];
  /** Pseudo-fakes made of the split's own real pictures, with known masks. */
  blends: BlendFigures | null;
  /** The split's real photographs before other surroundings. */
  surroundings: SurroundingsFigures | null;
  mapCost: MapCost;
  /** Null where it was not asked for. */
  robustness: Robustness | null;
  curves: {
    /** Corners of the ROC curve, and its band: per false-alarm rate the interval of hits. */
    roc: RocPoint[];
    rocBand: { falsePositiveRate: number; truePositiveRate: Interval }[];
    rocByGenerator: { generator: string; points: RocPoint[] }[];
    rocOfVideos: RocPoint[];
    reliability: ReliabilityBin[];
  };
}

/** JSON with null for what is not a number. */
export function reportJson(report: EvaluationReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
