// The card of a student package: what the model is, how its input is made, what its logit means,
// and what was measured. The schema is the border: nothing unchecked passes it.
import * as v from "valibot";
import { StudentPackageError } from "./error";

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const rate = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const text = v.pipe(v.string(), v.maxLength(4000));
// Tells what every teacher learnt from, and theirs.
const longText = v.pipe(v.string(), v.maxLength(12_000));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"));

/** A level of the verdict starts at this logit. */
const Threshold = v.object({
  /** Raw logit of the student (before the temperature). */
  logit: finite,
  /** Share of held-out real pictures at or above it when it was chosen. */
  falsePositiveRate: rate,
  /** How many real pictures, from how many groups (people, videos), it was chosen on. */
  realPictures: count,
  realGroups: count,
});

/** One measured figure with its 95 % interval. */
const Metric = v.object({
  name: text,
  split: text,
  /** "all", or the source or generator it speaks of. */
  scope: text,
  value: finite,
  low: v.optional(finite),
  high: v.optional(finite),
  pictures: v.optional(count),
  groups: v.optional(count),
  /** Name and version of the student measured, where it is not this one: see `training.splits`. */
  student: v.optional(text),
});

export const StudentCardSchema = v.object({
  format: v.literal(1),
  name: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/, "letters, digits, dot, dash")),
  version: v.pipe(v.string(), v.regex(/^[\w.+-]{1,64}$/, "letters, digits, dot, plus, dash")),
  date: v.pipe(v.string(), v.isoDate()),
  /** An untrained student exercises the pipeline; its verdicts mean nothing. */
  status: v.picklist(["untrained", "trained"]),
  architecture: v.object({ name: text, description: text, parameters: count }),
  /** Side of the square input, pixels. */
  inputSize: v.pipe(v.number(), v.integer(), v.minValue(32), v.maxValue(512)),
  /** Side of the crop as a multiple of the detector box's longer side. */
  cropMargin: v.pipe(v.number(), v.minValue(0.5), v.maxValue(4)),
  /** Network input = (pixel − mean) / scale. */
  normalisation: v.object({ mean: finite, scale: v.pipe(v.number(), v.minValue(1e-6)) }),
  /** Score = sigmoid(logit / temperature). */
  temperature: v.pipe(v.number(), v.minValue(1e-3), v.maxValue(1e3)),
  thresholds: v.pipe(
    v.object({ unsure: Threshold, suspicious: Threshold, strong: Threshold }),
    v.check(
      (t) => t.unsure.logit <= t.suspicious.logit && t.suspicious.logit <= t.strong.logit,
      "levels must rise: unsure ≤ suspicious ≤ strong",
    ),
  ),
  /** Faces below these are not scored. */
  gates: v.object({
    /** Longer side of the detector's box, source pixels. */
    minFacePx: v.pipe(v.number(), v.minValue(0)),
    /** `sharpness()` of the crop at input size. */
    minSharpness: v.pipe(v.number(), v.minValue(0)),
  }),
  training: v.object({
    recipe: longText,
    /**
     * Splits fitted, where that is more than `train`. No figure of such a split can be this student's:
     * it has the figures of the student before it, which was not fitted on them.
     */
    splits: v.optional(v.array(text)),
    sources: v.array(
      v.object({ source: text, label: v.picklist(["real", "fake"]), pictures: count }),
    ),
  }),
  metrics: v.array(Metric),
  licence: v.object({ weights: text, terms: text }),
  /** SHA-256 of the other files of the package, hexadecimal. */
  files: v.object({ "model.json": sha256, "weights.bin": sha256 }),
  /** The procedural input of this seed must give this logit within the tolerance. */
  selfTest: v.object({ seed: count, logit: finite, tolerance: v.pipe(finite, v.minValue(0)) }),
});

export type StudentCard = v.InferOutput<typeof StudentCardSchema>;

/**
 * Parses and checks the text of a `card.json`.
 *
 * @throws StudentPackageError naming the first field that is wrong.
 */
export function parseCard(json: string): StudentCard {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new StudentPackageError("card.json is not valid JSON");
  }
  const result = v.safeParse(StudentCardSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? "the card";
  throw new StudentPackageError(`card.json: ${field}: ${issue.message}`);
}
