/** Under the evidence of a medium: keep it in a case, an old or a new one. */
import { useId, useState } from "preact/hooks";
import type { CasesDesk } from "../../entrypoints/shared/cases/desk";
import type { CaseItem, Evidence } from "../../entrypoints/shared/evidence/evidence";
import { useLive } from "./use-live";

export interface KeepInCaseProps {
  desk: CasesDesk;
  evidence: Evidence;
  /** The bytes that were checked, where they are at hand; kept with the item. */
  original?: Blob | undefined;
  onKept?(item: CaseItem): void;
}

const aNewCase = "";

export function KeepInCase({ desk, evidence, original, onKept }: KeepInCaseProps) {
  const id = useId();
  const { store } = desk;
  const { value: cases } = useLive(store, () => store.listCases(), []);
  const [chosen, setChosen] = useState<string | null>(null);
  const [title, setTitle] = useState("");
  const [said, setSaid] = useState<{ text: string; isProblem: boolean } | null>(null);
  // The case one last worked on is most likely the one meant.
  const caseId = chosen ?? cases?.[0]?.id ?? aNewCase;

  const keep = async () => {
    try {
      const into = cases?.find((one) => one.id === caseId) ?? (await store.createCase(title));
      const item = await store.addItem(into.id, evidence, { ...(original && { original }) });
      setChosen(into.id);
      setTitle("");
      setSaid({ text: `Kept in “${into.title}”.`, isProblem: false });
      onKept?.(item);
    } catch (error) {
      setSaid({ text: error instanceof Error ? error.message : String(error), isProblem: true });
    }
  };
  return (
    <form
      class="keep"
      aria-label="Keep in a case"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      {cases && cases.length > 0 && (
        <div class="field">
          <label for={`${id}-case`}>Case</label>
          <select
            id={`${id}-case`}
            value={caseId}
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            {cases.map((one) => (
              <option key={one.id} value={one.id}>
                {one.title}
              </option>
            ))}
            <option value={aNewCase}>A new case …</option>
          </select>
        </div>
      )}
      {caseId === aNewCase && (
        <div class="field">
          <label for={`${id}-title`}>Title of the new case</label>
          <input
            id={`${id}-title`}
            type="text"
            required
            maxLength={200}
            value={title}
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        </div>
      )}
      <button type="submit" class="button primary">
        Keep in case
      </button>
      <p class={said?.isProblem ? "cases-trouble" : "field-hint"} role="status">
        {said?.text}
      </p>
    </form>
  );
}
