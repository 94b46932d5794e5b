// The recipe in a student's card: how it was trained, in words, from what its run's folder records.
import type { Glances } from "../distillation/glances";
import type { TeacherView } from "../distillation/lessons";
import type { Freeze } from "../network/learning-encoder";
import type { RedrawnShares } from "../synthesis/redraw";
import { isRefit } from "./common-settings";
import {
  type AverageRecord,
  type DistilRecord,
  type DistilStart,
  fittedSplitsOf,
  type PackagedStudent,
  type PretrainRecord,
  type StudentRecord,
  type TeachRecord,
  teachersOf,
} from "./run-record";

const BLENDS = "blended pseudo-fakes (self-blends and swaps)";

/** Begins what `calibrate` adds to a recipe: a student that goes on learning leaves it behind. */
export const THRESHOLDS = " Thresholds: ";

/** One or more sentences. */
export function recipeOf(record: StudentRecord): string {
  const all = [...sentences(record), refitted(record), leftOut(record)];
  return toldOnce(all.filter((sentence) => sentence !== "").join(" "));
}

/** A package's name and version where its past follows in brackets. */
const PAST = /[^\s()]+ \d+\.\d+\.\d+[\w.-]* (?=\()/g;

/** The past of each package where it is first spoken of, and its name alone from there on. */
function toldOnce(text: string): string {
  const told = new Set<string>();
  let kept = "";
  let at = 0;
  for (const { 0: name, index } of text.matchAll(PAST)) {
    if (index < at) continue;
    const past = index + name.length;
    if (!told.has(name)) {
      told.add(name);
      continue;
    }
    kept += text.slice(at, past - 1);
    at = endOfBrackets(text, past);
  }
  return kept + text.slice(at);
}

/** Behind the bracket that closes the one at `start`, or at the end where none does. */
function endOfBrackets(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") depth--;
    if (depth === 0) return i + 1;
  }
  return text.length;
}

function pretrained({ initial, K, m, T, n, steps, blended }: PretrainRecord): string {
  return (
    `Encoder pretrained from ${weightsName(initial)} by momentum contrast (K ${K}, m ${m}, T ${T}) without ` +
    `labels: ${steps} steps of ${n} faces${blended ? ", each with its own pseudo-fake as a negative" : ""}.`
  );
}

function taught(record: TeachRecord, who: string): string[] {
  const { initial, probe, steps, labelFraction, batch, freeze } = record;
  const from = isEncoder(initial) ? encoderName(record, initial) : startName(initial);
  const first = probe.steps > 0 ? `a linear probe of ${probe.steps} steps, then ` : "";
  return [
    ...(isEncoder(initial) ? [pretrained(initial)] : []),
    `${who}: supervised from ${from}, ${first}${steps} steps of ${2 * (batch.pairs + batch.labelled)} crops ` +
      `with ${percent(labelFraction)} of the labels, real faces with their own ${BLENDS}` +
      withFakes(batch, redrawn(batch) + generated(batch.generatedShare)) +
      `, both classes augmented alike${smoothed(batch.smoothed, "pairs")}` +
      `${before(batch.surroundings, "pairs", "a third face")}${frozen(freeze)}.`,
  ];
}

/** @param ownFakes what is said of the pseudo-fakes. */
function withFakes({ labelled, videoFakes }: TeachRecord["batch"], ownFakes: string): string {
  if (labelled === 0) return ownFakes;
  const frames =
    typeof videoFakes === "number" ? ` (${percent(videoFakes)} of them frames of a video)` : "";
  return `${asides(ownFakes)} and labelled fakes with real partners${frames}`;
}

function isEncoder(initial: TeachRecord["initial"]): initial is PretrainRecord {
  return typeof initial === "object" && "stage" in initial;
}

function encoderName({ architecture }: TeachRecord, encoder: PretrainRecord): string {
  const isCut = architecture.blocks.length < encoder.architecture.blocks.length;
  return isCut ? "that encoder's first blocks" : "that encoder";
}

function distilled(record: DistilRecord): string[] {
  const { steps, batch, useUnlabelled, logits, features, freeze, teacherGlances } = record;
  const loss = logits.loss === "kl" ? `KL at τ ${logits.tau}` : "squared error";
  const isOne = teachersOf(record).length === 1;
  const logitsTold = isOne ? "the teacher's logits" : "the mean of the teachers' logits";
  return [
    ...teachersTold(record),
    `The student: distilled from ${beginning(record)}, ${steps} steps of ${batch.faces + batch.blends} crops ` +
      `of ${useUnlabelled ? "all faces, with and without a label," : "labelled faces"} and ` +
      `${BLENDS}${redrawn(batch)}: ${logitsTold} (${loss})` +
      seenByTeacher(batch.teacherView) +
      glancesTold(teacherGlances) +
      (features.weight > 0
        ? `, for ${features.steps} steps ${isOne ? "its" : "the first one's"} features`
        : "") +
      `, and ${labelsOf(record)}${smoothed(batch.smoothed, "faces")}${mixed(batch.mixed)}` +
      `${before(batch.surroundings, "faces", "another")}${frozen(freeze)}.`,
  ];
}

function teachersTold(record: DistilRecord): string[] {
  const all = teachersOf(record).map((teacher) => teacherTold(teacher, record));
  if (all.length === 1) return all.flat();
  return [
    `${all.length} teachers, whose opinions are averaged.`,
    ...all.map((told, i) => `(${i + 1}) ${told.join(" ")}`),
  ];
}

/** What the student's own past tells of a teacher is not told again. */
function teacherTold(
  teacher: DistilRecord["teacher"],
  { initial, leaveOut }: DistilRecord,
): string[] {
  const past = ownPastOf(teacher);
  if (typeof initial === "object" && pastOf(initial) !== past && pastOf(initial).includes(past))
    return [`The teacher: that of ${initial.name} ${initial.version}.`];
  if (!("stage" in teacher)) return [`The teacher: ${startName(teacher)}.`];
  if (teacher.stage === "teach")
    return [
      ...taught(teacher, `The teacher (${teacher.architecture.name})`),
      ...unseenBy(teacher, leaveOut),
    ];
  return [...sentences(teacher), "That student is the teacher."];
}

function ownPastOf(teacher: DistilRecord["teacher"]): string {
  return "stage" in teacher ? recipeOf(teacher) : pastOf(teacher);
}

function seenByTeacher(view: TeacherView = "same"): string {
  if (view === "same") return "";
  const own = view === "untouched" ? " and in their own surroundings" : "";
  return ` on the crops before they were degraded${own}`;
}

function glancesTold(how: Glances = "once"): string {
  if (how === "once") return "";
  const further = how === "halved" ? ", and of both at half size" : "";
  return `, averaged with those of their mirror images${further}`;
}

function labelsOf({ labelWeight, labelFraction }: DistilRecord): string {
  return labelWeight > 0 ? `${percent(labelFraction)} of the labels` : "none of the labels";
}

/** A package that holds the (first) teacher itself, or its first blocks, is not told twice. */
function beginning({ initial, teacher, otherTeachers = [] }: DistilRecord): string {
  if (typeof initial === "string" || pastOf(initial) !== ownPastOf(teacher))
    return startName(initial);
  if (initial.isCut) return startName("teacher");
  return `the ${otherTeachers.length > 0 ? "first " : ""}teacher's own weights`;
}

/** What a package's recipe says without its thresholds. */
function pastOf({ recipe }: PackagedStudent): string {
  const [past = ""] = recipe.split(THRESHOLDS);
  return past;
}

function startName(initial: DistilStart | PackagedStudent): string {
  if (typeof initial === "object") {
    const part = initial.isCut ? "the first blocks of " : "";
    return `${part}${initial.name} ${initial.version} ${inBrackets(pastOf(initial))}`;
  }
  return initial === "teacher" ? "its teacher's first blocks" : weightsName(initial);
}

function inBrackets(sentences: string): string {
  return `(${sentences.replace(/\.$/, "")})`;
}

function mixed(share = 0): string {
  return share > 0 ? `, ${percent(share)} of the crops with another one laid over them` : "";
}

function smoothed(share = 0, what: string): string {
  return share > 0 ? `, ${percent(share)} of the ${what} smoothed` : "";
}

/** What is said of a noun before its sentence goes on. */
function asides(...said: string[]): string {
  const all = said.join("");
  return all && `${all},`;
}

function generated(share: number): string {
  return share > 0 ? `, ${percent(share)} of the swaps with a labelled fake's face` : "";
}

function redrawn({ redrawnShare = 0, upscaledShare = 0, insideShare = 0 }: RedrawnShares): string {
  if (redrawnShare === 0) return "";
  const by = upscaledShare > 0 ? ` or (${percent(upscaledShare)}) by Real-ESRGAN` : "";
  const inside = insideShare > 0 ? `, ${percent(insideShare)} of these put into the original` : "";
  return `, ${percent(redrawnShare)} of them redrawn without texture${by}${inside}`;
}

function before(surroundings: number | undefined, who: string, whose: string): string {
  return surroundings
    ? `, ${percent(surroundings)} of the ${who} before what stands around ${whose}`
    : "";
}

function frozen(freeze: Freeze = "none"): string {
  if (freeze === "none") return "";
  return `; stem, first ${freeze.blocks} blocks and the statistics of batch norm kept as they were`;
}

function sentences(record: StudentRecord): string[] {
  if (record.stage === "distil") return distilled(record);
  if (record.stage === "teach") return taught(record, "The student");
  return averaged(record);
}

function averaged({ initial, members, withoutStart }: AverageRecord): string[] {
  const start = startName(initial);
  const recipes = members.map((member) => sentences(member).join(" "));
  const students = recipes.length === 1 ? "a student" : `${recipes.length} students`;
  const whose = withoutStart
    ? `${students} that went on from ${start}`
    : `${start} and of ${students} that went on from it`;
  const mean = `The mean of the weights of ${whose}.`;
  if (recipes.length === 1) return [mean, ...recipes];
  const pasts = members.map((member) => inBrackets(recipeOf(member)));
  const told = recipes.map((recipe, i) => {
    const first = recipes.indexOf(recipe);
    if (first < i) return `As (${letter(first)}).`;
    return pasts.reduce((text, past, j) => text.replaceAll(past, `(it is ${letter(j)})`), recipe);
  });
  return [mean, ...told.map((recipe, i) => `(${letter(i)}) ${recipe}`)];
}

/** Members are told apart by letters, as their teachers are by numbers. */
function letter(i: number): string {
  return String.fromCharCode("a".charCodeAt(0) + i);
}

/** The sentence that tells a refit's recipe from the one that was measured; empty for any other. */
export function refitted(record: StudentRecord): string {
  const splits = fittedSplitsOf(record);
  return isRefit(splits) ? `Fitted on the splits ${splits.join(" and ")}.` : "";
}

function leftOut({ leaveOut }: StudentRecord): string {
  const names = namesIn(leaveOut);
  return names.length > 0 ? `Left out of every stage: ${names.join(", ")}.` : "";
}

/** What a teacher never saw, of what its student did. */
function unseenBy({ leaveOut }: TeachRecord, byAll: StudentRecord["leaveOut"]): string[] {
  const everywhere = namesIn(byAll);
  const names = namesIn(leaveOut).filter((name) => !everywhere.includes(name));
  return names.length > 0 ? [`It saw nothing of ${names.join(", ")}.`] : [];
}

function namesIn(leaveOut: StudentRecord["leaveOut"]): string[] {
  return [...(leaveOut?.generators ?? []), ...(leaveOut?.sources ?? [])];
}

function weightsName(weights: "imagenet" | "random"): string {
  return weights === "imagenet" ? "ImageNet weights" : "random weights";
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
