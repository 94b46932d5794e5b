/** One medium of a case: its evidence, and beside it what a person says of it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { CasesDesk } from "../../entrypoints/shared/cases/desk";
import type { ItemSummary } from "../../entrypoints/shared/cases/store";
import type { CaseItem, ReviewerCall } from "../../entrypoints/shared/evidence/evidence";
import { isFlagged } from "../../model/verdict/verdict";
import { EmptyState } from "../EmptyState";
import { callWords, title } from "../words";
import { BackButton } from "./BackButton";
import { timeWords } from "./BriefEntry";
import { SavedText } from "./SavedText";
import { saveFile } from "./save-file";
import { useTelling } from "./tell";
import { useLive } from "./use-live";

interface Props {
  desk: CasesDesk;
  item: ItemSummary;
  renderEvidence(item: CaseItem): ComponentChildren;
  onBack(): void;
  onRemove(): void;
}

export function ItemPage({ desk, item, renderEvidence, onBack, onRemove }: Props) {
  const { store } = desk;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  // Evidence never changes once it is kept, so notes being typed do not read it anew.
  const { value: whole, problem } = useLive(store, () => store.getItem(item.id), [item.id]);
  return (
    <section class="item-page" aria-label={item.brief.name}>
      <BackButton name="Media of the case" onBack={onBack} />
      <h2 ref={heading} class="item-name" tabIndex={-1}>
        <bdi>{item.brief.name}</bdi>
      </h2>
      <YourCall desk={desk} item={item} />
      <SavedText
        label="Notes"
        value={item.notes}
        maxLength={20_000}
        rows={4}
        onSave={(notes) => store.changeItem(item.id, { notes })}
      />
      <SavedText
        label="Tags"
        value={item.tags.join(", ")}
        maxLength={2000}
        hint="Separated by commas"
        onSave={(tags) => store.changeItem(item.id, { tags: tags.split(",").slice(0, 50) })}
      />
      {problem && (
        <EmptyState sign="trouble" heading="The evidence cannot be shown">
          {problem.message}
        </EmptyState>
      )}
      {whole && renderEvidence(whole)}
      <div class="case-actions">
        {item.hasOriginal && <OriginalButton desk={desk} item={item} />}
        <button type="button" class="button danger" onClick={onRemove}>
          Delete from case
        </button>
      </div>
    </section>
  );
}

const calls: ReviewerCall[] = ["genuine", "manipulated", "cannot-tell"];

function YourCall({ desk, item }: { desk: CasesDesk; item: ItemSummary }) {
  const id = useId();
  const { attempt } = useTelling();
  const choose = (call: ReviewerCall | null) =>
    void attempt(() => desk.store.changeItem(item.id, { call }));
  const option = (call: ReviewerCall | null, name: string) => (
    <label class="chip">
      <input
        type="radio"
        name={`${id}-call`}
        checked={item.call === call}
        onChange={() => choose(call)}
      />
      <span>{name}</span>
    </label>
  );
  return (
    <fieldset class="your-call">
      <legend>Your own call, beside the tool's: {title(item.brief).toLowerCase()}</legend>
      <div class="chips">
        {calls.map((call) => option(call, callWords[call]))}
        {option(null, "No call")}
      </div>
      {item.call && item.callAt && (
        <p class="field-hint">
          Made {timeWords(item.callAt)}. It changes nothing in the tool's result.
          {disagrees(item) &&
            " The tool saw it differently: “Save feedback file” in the case keeps this for training a better model."}
        </p>
      )}
    </fieldset>
  );
}

function disagrees({ call, brief }: ItemSummary): boolean {
  if (call === "genuine") return isFlagged(brief.level);
  return call === "manipulated" && brief.level !== null && !isFlagged(brief.level);
}

function OriginalButton({ desk, item }: { desk: CasesDesk; item: ItemSummary }) {
  const { said, attempt } = useTelling();
  const save = async () => {
    const content = await attempt(() => desk.store.getOriginal(item.id));
    if (!content) return;
    saveFile({ name: item.brief.name, content });
    said("The file was saved as it was checked.");
  };
  return (
    <button type="button" class="button" onClick={() => void save()}>
      Save the file itself
    </button>
  );
}
