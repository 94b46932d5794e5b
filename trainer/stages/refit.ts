// A refit: a measured student fitted on the splits it was measured on, by its recipe once more or going
// on from where it was. What that student reached is the only figure that a refit can show.
import type { StudentCard } from "../../model/package/card";
import { recipeOf, refitted, THRESHOLDS } from "./recipe";
import { fittedSplitsOf, type StudentRecord, wentOnFrom } from "./run-record";

/**
 * The figures of the student that was not fitted on what it was measured on, each with its name.
 *
 * @param record of the refit.
 * @param measured card of the student that was fitted again.
 * @throws Error if the run is no refit of that student, or the card has no such figures.
 */
export function figuresForRefit(
  record: StudentRecord,
  measured: StudentCard,
): StudentCard["metrics"] {
  const who = `${measured.name} ${measured.version}`;
  requireRefitOf(record, measured);
  const seen = measured.training.splits ?? [];
  const figures = measured.metrics.filter(
    ({ split, student }) =>
      student === undefined && fittedSplitsOf(record).includes(split) && !seen.includes(split),
  );
  if (figures.length === 0)
    throw new Error(`the card of ${who} has no figures of a split that the refit was fitted on`);
  return figures.map((figure) => ({ ...figure, student: who }));
}

function requireRefitOf(record: StudentRecord, measured: StudentCard): void {
  const sentence = refitted(record);
  if (!sentence) throw new Error("the run was fitted on train alone: it is measured, not refitted");
  if (wentOnFrom(record, measured)) return;
  const { name, version, training } = measured;
  const recipe = recipeOf(record).replace(` ${sentence}`, "");
  if (training.recipe.split(THRESHOLDS)[0] !== recipe)
    throw new Error(
      `${name} ${version} was trained by another recipe, so its figures are not the refit's.\n` +
        `${name} ${version}: ${training.recipe}\nthe refit: ${recipe}`,
    );
}
