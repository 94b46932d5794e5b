// How far a table is: the state of every step, what it has cost or will cost.
import { lockHolder } from "./lock";
import type { Plan, Step } from "./plan";
import { readStepState, type StepState, stepFolder } from "./step-state";

export interface StepProgress {
  step: Step;
  state: "done" | "running" | "begun" | "failed" | "to do";
  /** Who is at it, or why it failed. */
  detail: string;
  /** Wall-clock seconds: measured where the step is done, else estimated. */
  seconds: number;
}

/**
 * Seconds for 10⁹ multiply-adds on two CPU cores, data included, for as long as no step of the kind is
 * done: 0.2 seconds of processor time were measured for all kinds, on a machine with other work.
 */
const SECONDS_PER_BILLION = 0.12;

export async function tableProgress(plan: Plan, table: string): Promise<StepProgress[]> {
  const states = new Map<string, StepState>();
  for (const { id } of plan.steps) {
    const state = await readStepState(table, id);
    if (state) states.set(id, state);
  }
  const rates = secondsPerOperation(plan, states);
  return Promise.all(
    plan.steps.map(async (step) => {
      const state = states.get(step.id);
      const estimate = step.cost * rates[step.kind];
      if (state?.isDone)
        return { step, state: "done" as const, detail: "", seconds: state.wallSeconds };
      const holder = await lockHolder(stepFolder(table, step.id));
      const progress = { step, seconds: estimate };
      if (holder) return { ...progress, state: "running" as const, detail: holder };
      if (state?.error) return { ...progress, state: "failed" as const, detail: state.error };
      return { ...progress, state: state ? ("begun" as const) : ("to do" as const), detail: "" };
    }),
  );
}

/** Of the steps of the same kind that are done, all together. */
function secondsPerOperation(
  plan: Plan,
  states: ReadonlyMap<string, StepState>,
): Record<Step["kind"], number> {
  const rate = (kind: Step["kind"]) => {
    const done = plan.steps.filter((step) => step.kind === kind && states.get(step.id)?.isDone);
    const cost = done.reduce((sum, step) => sum + step.cost, 0);
    const seconds = done.reduce((sum, { id }) => sum + (states.get(id)?.wallSeconds ?? 0), 0);
    return cost > 0 ? seconds / cost : SECONDS_PER_BILLION / 1e9;
  };
  return {
    pretrain: rate("pretrain"),
    teach: rate("teach"),
    distil: rate("distil"),
    score: rate("score"),
  };
}
