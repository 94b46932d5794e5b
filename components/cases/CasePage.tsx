/**
 * One case: its title and notes, its media, its report. On a wide screen the opened medium stands
 * beside the list; on a narrow one it takes its place.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CasesDesk } from "../../entrypoints/shared/cases/desk";
import type { ItemSummary } from "../../entrypoints/shared/cases/store";
import type { Case, CaseItem } from "../../entrypoints/shared/evidence/evidence";
import { EmptyState } from "../EmptyState";
import { callWords, counted } from "../words";
import { BackButton } from "./BackButton";
import { BriefEntry, timeWords } from "./BriefEntry";
import { ItemPage } from "./ItemPage";
import { ReportButtons } from "./ReportButtons";
import { SavedText } from "./SavedText";
import { saveFile } from "./save-file";
import { useTelling } from "./tell";
import { useLive } from "./use-live";

interface Props {
  desk: CasesDesk;
  id: string;
  /** Opened at once: a search led to it. */
  firstItemId: string | undefined;
  renderEvidence(item: CaseItem): ComponentChildren;
  onBack(): void;
}

export function CasePage({ desk, id, firstItemId, renderEvidence, onBack }: Props) {
  const { store } = desk;
  const { said, attempt } = useTelling();
  const { value: one, problem } = useLive(store, () => store.getCase(id), [id]);
  const { value: items = [] } = useLive(store, () => store.listItems(id), [id]);
  const [itemId, setItemId] = useState(firstItemId ?? null);
  const page = useRef<HTMLDivElement>(null);
  const opened = items.find((item) => item.id === itemId);

  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [one === undefined]);

  const back = () => {
    const entry = page.current?.querySelector<HTMLElement>(`[data-entry="${itemId}"]`);
    setItemId(null);
    // The list is hidden on narrow screens until the item has gone.
    requestAnimationFrame(() => entry?.focus());
  };
  const remove = async () => {
    const removed = await attempt(() => store.removeCase(id));
    if (!removed) return;
    said(`Deleted “${one?.title ?? "the case"}”.`, () => store.restore(removed));
    onBack();
  };
  const removeItem = async (item: ItemSummary) => {
    const removed = await attempt(() => store.removeItem(item.id));
    if (!removed) return;
    said(`Deleted “${item.brief.name}”.`, () => store.restore(removed));
    setItemId(null);
    heading.current?.focus();
  };

  if (!one) {
    return (
      <div class="case-page">
        <BackButton name="All cases" onBack={onBack} />
        {problem && (
          <EmptyState sign="trouble" heading="This case cannot be opened">
            {problem.message}
          </EmptyState>
        )}
      </div>
    );
  }
  return (
    <div class={`case-page${opened ? " with-item" : ""}`} ref={page}>
      <div class="case-side">
        <BackButton name="All cases" onBack={onBack} />
        <h2 ref={heading} tabIndex={-1} class="visually-hidden">
          {one.title}
        </h2>
        <CaseFields desk={desk} one={one} />
        <p class="cases-count">
          {counted(items.length, "medium", "media")} · begun {timeWords(one.createdAt)}
        </p>
        {items.length === 0 ? (
          <EmptyState sign="face" heading="Nothing in this case yet">
            Check a picture or a video, and keep it in this case from its evidence.
          </EmptyState>
        ) : (
          <ul class="case-rows" aria-label="Media of this case">
            {items.map((item) => (
              <li key={item.id}>
                <BriefEntry
                  brief={item.brief}
                  entryId={item.id}
                  isCurrent={item.id === itemId}
                  facts={itemFacts(item)}
                  onOpen={() => setItemId(item.id)}
                />
              </li>
            ))}
          </ul>
        )}
        <ReportButtons desk={desk} caseIds={[id]} what="this case" />
        <div class="case-actions">
          <FeedbackButton desk={desk} id={id} items={items} />
          <button type="button" class="button danger" onClick={() => void remove()}>
            Delete case
          </button>
        </div>
      </div>
      {opened && (
        <ItemPage
          key={opened.id}
          desk={desk}
          item={opened}
          renderEvidence={renderEvidence}
          onBack={back}
          onRemove={() => void removeItem(opened)}
        />
      )}
    </div>
  );
}

function CaseFields({ desk, one }: { desk: CasesDesk; one: Case }) {
  const { store } = desk;
  return (
    <>
      <SavedText
        label="Title"
        value={one.title}
        maxLength={200}
        required
        onSave={(title) => store.changeCase(one.id, { title })}
      />
      <SavedText
        label="Notes on the case"
        value={one.notes}
        maxLength={20_000}
        rows={3}
        onSave={(notes) => store.changeCase(one.id, { notes })}
      />
    </>
  );
}

function itemFacts({ addedAt, call, tags }: ItemSummary) {
  return (
    <>
      {call ? `Your call: ${callWords[call].toLowerCase()}` : timeWords(addedAt)}
      {tags.map((tag) => (
        <bdi key={tag} class="tag">
          {tag}
        </bdi>
      ))}
    </>
  );
}

interface FeedbackProps {
  desk: CasesDesk;
  id: string;
  items: ItemSummary[];
}

/** Only where somebody made a call: there is nothing to learn from otherwise. */
function FeedbackButton({ desk, id, items }: FeedbackProps) {
  const { said, attempt } = useTelling();
  if (!items.some(({ call }) => call)) return null;
  const save = async () => {
    const made = await attempt(async () =>
      desk.feedback((await desk.store.getWithItems(id)).items),
    );
    if (!made) return;
    if (made.file) saveFile(made.file);
    const first = made.file ? `Feedback saved: ${made.file.name}.` : "No feedback could be saved.";
    const more = made.leftOut.length > 0 ? ` Left out: ${made.leftOut.join(" ")}` : "";
    said(first + more);
  };
  return (
    <button
      type="button"
      class="button"
      title="Faces with your calls, for training a model; a file on your device"
      onClick={() => void save()}
    >
      Save feedback file
    </button>
  );
}
