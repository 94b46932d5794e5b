// What `trainer table plan` prints.
import { table } from "../evaluation/markdown";
import { NONE } from "../experiments/markdown";
import type { Plan } from "../experiments/plan";
import type { StepProgress } from "../experiments/table-progress";
import { duration } from "./progress";

/** Jobs and steps, with the time that is left on one machine. */
export function planMarkdown(plan: Plan, progress: readonly StepProgress[]): string {
  const numberOf = new Map(plan.steps.map(({ id }, i) => [id, `${i + 1}`]));
  const numbers = (ids: readonly string[]) => ids.map((id) => numberOf.get(id)).join(", ");
  const open = progress.filter(({ state }) => state !== "done");
  const left = open.reduce((sum, { seconds }) => sum + seconds, 0);
  const sections = [
    table(
      ["Job", "", "result of step"],
      plan.jobs.map((job, i) => [
        String(i + 1),
        job.name,
        numbers([job.score, ...(job.final ? [job.final] : [])]),
      ]),
    ),
    table(
      ["Step", "", "after", "time", "state", "folder"],
      progress.map(({ step, seconds, state, detail }) => [
        numbers([step.id]),
        step.title,
        numbers(step.needs) || NONE,
        `${state === "done" ? "" : "≈ "}${duration(1000 * seconds)}`,
        detail ? `${state}: ${detail}` : state,
        step.id,
      ]),
    ),
    `${plan.jobs.length} jobs of ${plan.steps.length} steps, ${open.length} of them open: about ${duration(1000 * left)} on one machine.`,
    ...(plan.omitted.length > 0
      ? [`Not measurable:\n\n${plan.omitted.map((name) => `- ${name}`).join("\n")}`]
      : []),
  ];
  return `${sections.join("\n\n")}\n`;
}
