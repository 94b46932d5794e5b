/**
 * A report: one case or many with all of their evidence, as JSON keeps it. `docs/report.md` describes
 * every field and is checked against this schema. HTML and CSV are other views of the same data.
 */
import * as v from "valibot";
import { caseItemSchema, caseSchema } from "../evidence/evidence";
import { methodLimits } from "./method";

export const reportFormat = "unmask-report";
/** Raised when a field changes its meaning or goes; readers refuse what is newer than they are. */
export const reportVersion = 1;

const isoTime = v.pipe(v.string(), v.isoTimestamp());

/** Everything but the cases: in a batch these are written one by one. */
export const reportHeadSchema = v.object({
  format: v.literal(reportFormat),
  version: v.literal(reportVersion),
  createdAt: isoTime,
  /** Name and version of what wrote the report. */
  tool: v.pipe(v.string(), v.maxLength(100)),
  /** What the method cannot know, in plain words. */
  limits: v.array(v.pipe(v.string(), v.maxLength(1000))),
});
export type ReportHead = v.InferOutput<typeof reportHeadSchema>;

export const reportSchema = v.object({
  ...reportHeadSchema.entries,
  cases: v.array(v.object({ case: caseSchema, items: v.array(caseItemSchema) })),
});
export type Report = v.InferOutput<typeof reportSchema>;
export type ReportCase = Report["cases"][number];

/** The file is no report that can be read; the message is fit for people. */
export class ReportError extends Error {
  override name = "ReportError";
}

/** @param tool name and version of what writes it: "Unmask 0.1.0". */
export function reportHead(tool: string, createdAt = new Date()): ReportHead {
  return {
    format: reportFormat,
    version: reportVersion,
    createdAt: createdAt.toISOString(),
    tool,
    limits: methodLimits,
  };
}

/** @throws ReportError saying what is wrong, and where. */
export function parseReport(json: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new ReportError("It is not valid JSON: the file is damaged, or not a report.");
  }
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown };
  if (format !== reportFormat) throw new ReportError("It is not a report of Unmask.");
  if (typeof version === "number" && version > reportVersion) {
    throw new ReportError("It was written by a newer version of Unmask: update to read it.");
  }
  const result = v.safeParse(reportSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new ReportError(`It is damaged: ${v.getDotPath(issue) ?? "the report"}: ${issue.message}.`);
}
