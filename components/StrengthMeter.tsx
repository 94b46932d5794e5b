/** How strong the signs are, as four labelled steps. Words, not a number: a bare score reads as a chance. */
import { type Level, levels } from "../model/verdict/verdict";
import { strengthWords } from "./words";

export function StrengthMeter({ level }: { level: Level }) {
  const reached = levels.indexOf(level);
  return (
    <div class="meter">
      <p class="meter-name">
        Signs of manipulation: <strong>{strengthWords[level].toLowerCase()}</strong>
      </p>
      <ol class="meter-steps" aria-hidden="true">
        {levels.map((step, position) => (
          <li
            key={step}
            class={`meter-step ${position <= reached ? "reached" : ""} ${step === level ? "here" : ""}`}
          >
            {strengthWords[step]}
          </li>
        ))}
      </ol>
    </div>
  );
}
