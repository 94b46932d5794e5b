/** All cases, the newest work first; search over them and their media; new ones, also from a file. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { CasesDesk } from "../../entrypoints/shared/cases/desk";
import type { CaseSummary, Found } from "../../entrypoints/shared/cases/store";
import { EmptyState } from "../EmptyState";
import { counted } from "../words";
import { BriefEntry, timeWords } from "./BriefEntry";
import { ReportButtons } from "./ReportButtons";
import { useTelling } from "./tell";
import { useLive } from "./use-live";

interface Props {
  desk: CasesDesk;
  /** The case one comes back from: the keyboard goes on there. */
  focusId: string | undefined;
  onOpen(caseId: string, itemId?: string): void;
}

export function CaseList({ desk, focusId, onOpen }: Props) {
  const { store } = desk;
  const [question, setQuestion] = useState("");
  const { value: cases, problem } = useLive(store, () => store.listCases(), []);
  const { value: found } = useLive(store, () => store.search(question), [question]);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!focusId || !cases) return;
    list.current?.querySelector<HTMLElement>(`[data-entry="${CSS.escape(focusId)}"]`)?.focus();
  }, [focusId, cases === undefined]);

  if (problem && !cases) {
    return (
      <div role="alert">
        <EmptyState
          sign="trouble"
          heading="The cases cannot be opened"
          action={{ name: "Try again", onClick: () => void store.reopen().catch(() => undefined) }}
        >
          {problem.message}
        </EmptyState>
      </div>
    );
  }
  return (
    <div class="case-list" ref={list}>
      <NewCase desk={desk} onMade={onOpen} />
      {cases && cases.length > 0 && (
        <input
          type="search"
          class="cases-search"
          aria-label="Search cases"
          placeholder="Search titles, notes, tags, addresses"
          value={question}
          onInput={(event) => setQuestion(event.currentTarget.value)}
        />
      )}
      {question.trim() !== "" ? (
        <FoundList found={found} onOpen={onOpen} />
      ) : (
        cases && <Cases cases={cases} onOpen={onOpen} />
      )}
      {cases && cases.length > 1 && question.trim() === "" && (
        <ReportButtons desk={desk} caseIds={cases.map(({ id }) => id)} what="all cases" />
      )}
    </div>
  );
}

function Cases({ cases, onOpen }: { cases: CaseSummary[]; onOpen: Props["onOpen"] }) {
  if (cases.length === 0) {
    return (
      <EmptyState sign="face" heading="No cases yet">
        A case keeps pictures and videos with what was found in them, your notes and your own call,
        and makes a report of them. It stays on this device.
      </EmptyState>
    );
  }
  return (
    <ul class="case-rows" aria-label="Cases">
      {cases.map((one) => (
        <li key={one.id}>
          <CaseEntry one={one} onOpen={() => onOpen(one.id)} />
        </li>
      ))}
    </ul>
  );
}

function CaseEntry({ one, onOpen }: { one: CaseSummary; onOpen(): void }) {
  return (
    <button type="button" class="case-entry" data-entry={one.id} onClick={onOpen}>
      <span class="case-entry-text">
        <bdi class="case-entry-title">{one.title}</bdi>
        <span class="entry-line">
          {counted(one.items, "medium", "media")}
          {one.flagged > 0 && `, ${one.flagged} flagged`} · {timeWords(one.changedAt)}
        </span>
      </span>
      <span class="case-entry-pictures">
        {one.thumbnails.map((source, i) => (
          <img key={i} src={source} alt="" width={32} height={32} decoding="async" />
        ))}
      </span>
    </button>
  );
}

function FoundList({ found, onOpen }: { found: Found | undefined; onOpen: Props["onOpen"] }) {
  if (!found) return null;
  const count = found.cases.length + found.items.length;
  return (
    <>
      <p class="cases-count" role="status">
        {count === 0 ? "Nothing holds these words." : `${counted(count, "result")} found`}
      </p>
      {found.cases.length > 0 && <Cases cases={found.cases} onOpen={onOpen} />}
      {found.items.length > 0 && (
        <ul class="case-rows" aria-label="Media found">
          {found.items.map(({ item, caseTitle }) => (
            <li key={item.id}>
              <BriefEntry
                brief={item.brief}
                facts={
                  <>
                    In <bdi>{caseTitle}</bdi>
                  </>
                }
                onOpen={() => onOpen(item.caseId, item.id)}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function NewCase({ desk, onMade }: { desk: CasesDesk; onMade(id: string): void }) {
  const id = useId();
  const { said, attempt } = useTelling();
  const [title, setTitle] = useState("");
  const importing = useRef<HTMLInputElement>(null);

  const create = async () => {
    if (title.trim() === "") return;
    const made = await attempt(() => desk.store.createCase(title));
    if (made) onMade(made.id);
  };
  const read = async (file: File | undefined) => {
    if (!file) return;
    const made = await attempt(() => desk.importReport(file));
    if (made) said(`${counted(made.length, "case")} read in.`);
  };
  return (
    <form
      class="new-case"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <label class="visually-hidden" for={`${id}-title`}>
        Title of a new case
      </label>
      <input
        id={`${id}-title`}
        type="text"
        maxLength={200}
        placeholder="Title of a new case"
        value={title}
        onInput={(event) => setTitle(event.currentTarget.value)}
      />
      <button type="submit" class="button primary" aria-disabled={title.trim() === ""}>
        New case
      </button>
      <button type="button" class="button" onClick={() => importing.current?.click()}>
        Import
      </button>
      <input
        ref={importing}
        type="file"
        accept=".json,application/json"
        aria-label="Report to import, JSON"
        hidden
        onChange={(event) => {
          const field = event.currentTarget;
          void read(field.files?.[0]).finally(() => {
            // The same file may be chosen again.
            field.value = "";
          });
        }}
      />
    </form>
  );
}
