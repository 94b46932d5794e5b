/**
 * The report as CSV (RFC 4180): a row for each medium, and below it one for each face, for each face
 * in each sampled frame, and for each treatment. Texts come from pages and files, and spreadsheets
 * run what looks like a formula: such cells begin with an apostrophe.
 */
import { mediumOf } from "../cases/brief";
import type { CaseItem, Evidence } from "../evidence/evidence";
import type { Report, ReportCase } from "./report";

type Cell = string | number | undefined | null;
type Column =
  | "row"
  | "case"
  | "item"
  | "medium"
  | "time_s"
  | "face"
  | "x"
  | "y"
  | "width"
  | "height"
  | "level"
  | "not_scored_because"
  | "score"
  | "logit"
  | "reviewer_call"
  | "reviewer_call_at"
  | "kind"
  | "origin"
  | "url"
  | "page_url"
  | "page_title"
  | "checked_at"
  | "sha256"
  | "bytes"
  | "type"
  | "duration_s"
  | "sampling"
  | "treatment"
  | "model"
  | "model_card_sha256"
  | "backend"
  | "temperature"
  | "unsure_logit"
  | "unsure_false_positive_rate"
  | "suspicious_logit"
  | "suspicious_false_positive_rate"
  | "strong_logit"
  | "strong_false_positive_rate"
  | "credentials"
  | "generator_marks"
  | "tags"
  | "notes"
  | "tool";

/** In this order; `docs/report.md` says what each holds. */
export const csvColumns: readonly Column[] = [
  "row",
  "case",
  "item",
  "medium",
  "time_s",
  "face",
  "x",
  "y",
  "width",
  "height",
  "level",
  "not_scored_because",
  "score",
  "logit",
  "reviewer_call",
  "reviewer_call_at",
  "kind",
  "origin",
  "url",
  "page_url",
  "page_title",
  "checked_at",
  "sha256",
  "bytes",
  "type",
  "duration_s",
  "sampling",
  "treatment",
  "model",
  "model_card_sha256",
  "backend",
  "temperature",
  "unsure_logit",
  "unsure_false_positive_rate",
  "suspicious_logit",
  "suspicious_false_positive_rate",
  "strong_logit",
  "strong_false_positive_rate",
  "credentials",
  "generator_marks",
  "tags",
  "notes",
  "tool",
];

type Row = Partial<Record<Column, Cell>>;

/** Spreadsheets guess other encodings without it. */
const byteOrderMark = "\uFEFF";

/** What spreadsheets take for the beginning of a formula, also in full width and after spaces. */
const formulaStart = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

export function csvReport({ cases }: Report): string[] {
  return [csvHead(), ...cases.flatMap((one) => one.items.map((item) => csvItem(one.case, item)))];
}

export function csvHead(): string {
  return `${byteOrderMark}${line([...csvColumns])}`;
}

/** The rows of one medium. */
export function csvItem(inCase: ReportCase["case"], item: CaseItem): string {
  const { evidence } = item;
  const same = { case: inCase.title, item: item.id, medium: mediumOf(evidence).name };
  return [
    { ...same, ...mediumRow(item) },
    ...faceRows(evidence).map((row) => ({ ...same, ...row })),
    ...stabilityRows(evidence).map((row) => ({ ...same, ...row })),
  ]
    .map((row: Row) => line(csvColumns.map((column) => row[column])))
    .join("");
}

function mediumRow({ evidence, call, callAt, notes, tags }: CaseItem): Row {
  const { verdict, origin, file, detector, provenance } = evidence;
  const { url, pageUrl, pageTitle } = mediumOf(evidence);
  const { unsure, suspicious, strong } = detector.thresholds;
  return {
    row: "medium",
    width: evidence.width,
    height: evidence.height,
    level: verdict.level,
    not_scored_because: verdict.reason,
    score: verdict.score,
    logit: verdict.logit,
    reviewer_call: call,
    reviewer_call_at: callAt,
    kind: evidence.kind,
    origin: origin.kind,
    url,
    page_url: pageUrl,
    page_title: pageTitle,
    checked_at: evidence.checkedAt,
    sha256: file?.sha256,
    bytes: file?.bytes,
    type: file?.type,
    duration_s: evidence.duration,
    sampling: evidence.sampling,
    model: detector.model,
    model_card_sha256: detector.cardSha256,
    backend: detector.backend,
    temperature: detector.temperature,
    unsure_logit: unsure?.logit,
    unsure_false_positive_rate: unsure?.falsePositiveRate,
    suspicious_logit: suspicious?.logit,
    suspicious_false_positive_rate: suspicious?.falsePositiveRate,
    strong_logit: strong?.logit,
    strong_false_positive_rate: strong?.falsePositiveRate,
    credentials: provenance?.credentials.state,
    generator_marks: provenance?.generatorMarks.join("; "),
    tags: tags.join("; "),
    notes,
    tool: detector.toolVersion,
  };
}

type Face = Evidence["verdict"]["faces"][number];

function faceRows({ verdict }: Evidence): Row[] {
  const row = (kind: string, face: Face, number: number, time?: number | null): Row => ({
    row: kind,
    time_s: time,
    face: face.track === undefined ? number : face.track + 1,
    x: face.box[0],
    y: face.box[1],
    width: face.box[2],
    height: face.box[3],
    level: face.level,
    not_scored_because: face.reason,
    score: face.score,
    logit: face.logit,
  });
  return [
    ...verdict.faces.map((face, i) => row("face", face, i + 1)),
    ...(verdict.frames ?? []).flatMap(({ time, faces }) =>
      faces.map((face, i) => row("frame", face, i + 1, time)),
    ),
  ];
}

function stabilityRows({ stability }: Evidence): Row[] {
  return stability.map(({ treatment, logit, score, level }) => ({
    row: "treatment",
    treatment,
    logit,
    score,
    level,
  }));
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

/** Our own numbers are numbers, also below zero; everything else may be a page's text. */
function cell(value: Cell): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = value.replace(/\p{Cs}/gu, "\uFFFD").replaceAll("\0", "");
  const safe = formulaStart.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
