/** What was flagged on pages and what was checked, as far back as the setting allows. */
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { CasesDesk } from "../../entrypoints/shared/cases/desk";
import type { HistoryEntry } from "../../entrypoints/shared/cases/history";
import { type HistoryRetention, historyRetentions } from "../../entrypoints/shared/settings";
import { EmptyState } from "../EmptyState";
import { VirtualList } from "../VirtualList";
import { counted } from "../words";
import { BriefEntry, timeWords } from "./BriefEntry";
import { useTelling } from "./tell";
import { useLive } from "./use-live";

const rowPx = 84;
/** Rows read at once, around those in sight. */
const pageRows = 50;

export function HistoryPage({ desk }: { desk: CasesDesk }) {
  const { store, history } = desk;
  const [words, setWords] = useState("");
  const [flaggedOnly, setFlaggedOnly] = useState(false);
  const { value: state, problem } = useLive(store, () => history.state(), []);
  const [ids, setIds] = useState<number[] | undefined>(undefined);
  useEffect(() => {
    let isStale = false;
    history.ids({ words, flaggedOnly }).then(
      (found) => {
        if (!isStale) setIds(found);
      },
      // What is wrong with the database is said by the watch on its state.
      () => undefined,
    );
    return () => {
      isStale = true;
    };
  }, [history, state, words, flaggedOnly]);
  const asked = words.trim() !== "" || flaggedOnly;
  return (
    <div class="history">
      <search class="history-search">
        <input
          type="search"
          class="cases-search"
          aria-label="Search the history"
          placeholder="Search titles and addresses"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={flaggedOnly}
            onChange={(event) => setFlaggedOnly(event.currentTarget.checked)}
          />
          Flagged on pages only
        </label>
      </search>
      <p class="cases-count" role="status">
        {ids && (asked || ids.length > 0) && `${counted(ids.length, "entry", "entries")}`}
      </p>
      {problem && (
        <EmptyState sign="trouble" heading="The history cannot be opened">
          {problem.message}
        </EmptyState>
      )}
      {ids?.length === 0 && !problem && (
        <EmptyState sign="face" heading={asked ? "Nothing found" : "Nothing in the history"}>
          {asked
            ? "No entry holds these words."
            : "Media that were flagged on pages, and those that you asked to have checked, are listed here. Nothing from private windows is."}
        </EmptyState>
      )}
      {ids && ids.length > 0 && <HistoryRows desk={desk} ids={ids} />}
      <Retention desk={desk} />
    </div>
  );
}

function HistoryRows({ desk, ids }: { desk: CasesDesk; ids: number[] }) {
  const { said, attempt } = useTelling();
  const [opened, setOpened] = useState<HistoryEntry | null>(null);
  const rows = useMemo(
    () => ids.map((id) => ({ key: String(id), id, height: rowPx, isStop: true })),
    [ids],
  );
  const { entryOf, want } = useEntries(desk, ids);
  const forget = async (entry: HistoryEntry) => {
    setOpened(null);
    await attempt(() => desk.history.remove([entry.id]));
    said("Forgotten.", () => desk.history.putBack([entry]));
  };
  return (
    <>
      <div class="rows-place">
        <VirtualList
          rows={rows}
          label="History"
          draw={({ id }, tabIndex) => {
            const entry = entryOf(id);
            if (!entry) want(id);
            return (
              <BriefEntry
                brief={entry?.brief ?? null}
                tabIndex={tabIndex}
                facts={entry && factsOf(entry)}
                isCurrent={opened?.id === id}
                onOpen={() => entry && setOpened(entry)}
              />
            );
          }}
        />
      </div>
      {opened && (
        <EntryFacts
          entry={opened}
          onForget={() => void forget(opened)}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  );
}

const factsOf = ({ at, why }: HistoryEntry) =>
  `${timeWords(at)} · ${why === "checked" ? "checked by you" : "flagged on a page"}`;

interface EntryFactsProps {
  entry: HistoryEntry;
  onForget(): void;
  onClose(): void;
}

function EntryFacts({ entry: { brief, at }, onForget, onClose }: EntryFactsProps) {
  const page = webAddress(brief.pageUrl || brief.url);
  return (
    <section class="entry-facts" aria-label="Entry">
      <dl>
        {brief.pageTitle && (
          <>
            <dt>Page</dt>
            <dd>
              <bdi>{brief.pageTitle}</bdi>
            </dd>
          </>
        )}
        <dt>Address</dt>
        <dd>
          <bdi>{brief.url || brief.name}</bdi>
        </dd>
        {brief.sha256 && (
          <>
            <dt>SHA-256</dt>
            <dd class="hash">{brief.sha256}</dd>
          </>
        )}
        <dt>Time</dt>
        <dd>{timeWords(at)}</dd>
      </dl>
      <div class="case-actions">
        {page && (
          <a class="button" href={page} target="_blank" rel="noopener noreferrer">
            Open the page
          </a>
        )}
        <button type="button" class="button" onClick={onForget}>
          Forget
        </button>
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </div>
    </section>
  );
}

function webAddress(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed?.protocol === "http:" || parsed?.protocol === "https:" ? parsed.href : null;
}

/** Rows as they are scrolled into sight, read by the page and kept. */
function useEntries(desk: CasesDesk, ids: number[]) {
  const [entries, setEntries] = useState<ReadonlyMap<number, HistoryEntry>>(new Map());
  const place = useMemo(() => new Map(ids.map((id, index) => [id, index])), [ids]);
  /** Asked for while rows were drawn, and read in one go afterwards. */
  const wanted = useRef(new Set<number>());
  const reading = useRef(new Set<number>());

  const read = async () => {
    const missing = [...wanted.current].filter((id) => !reading.current.has(id));
    wanted.current.clear();
    for (const id of missing) reading.current.add(id);
    try {
      const rows = await desk.history.rows(missing);
      setEntries((now) => new Map([...now, ...rows.map((row) => [row.id, row] as const)]));
    } catch {
      // The list of keys comes from the same database: what is wrong with it is said there.
    } finally {
      for (const id of missing) reading.current.delete(id);
    }
  };
  return {
    entryOf: (id: number) => entries.get(id),
    want(id: number) {
      if (reading.current.has(id)) return;
      if (wanted.current.size === 0) queueMicrotask(() => void read());
      // Its neighbours will be wanted next.
      const first = Math.floor((place.get(id) ?? 0) / pageRows) * pageRows;
      for (const near of ids.slice(first, first + pageRows)) {
        if (!entries.has(near)) wanted.current.add(near);
      }
    },
  };
}

const retentionWords: Record<HistoryRetention, string> = {
  off: "Keep no history",
  "7": "7 days",
  "30": "30 days",
  "90": "90 days",
  forever: "For ever",
};

function Retention({ desk }: { desk: CasesDesk }) {
  const id = useId();
  const { said, attempt } = useTelling();
  const [kept, setKept] = useState<HistoryRetention | null>(null);
  const [sure, setSure] = useState(false);
  useEffect(() => void attempt(async () => setKept(await desk.retention())), [desk]);
  const choose = async (next: HistoryRetention) => {
    const before = kept;
    setKept(next);
    const done = await attempt(async () => {
      await desk.setRetention(next);
      return true;
    });
    if (!done) setKept(before);
  };
  const deleteAll = async () => {
    setSure(false);
    const done = await attempt(async () => {
      await desk.store.deleteEverything();
      return true;
    });
    if (done) said("All cases and the whole history were deleted.");
  };
  return (
    <section class="retention" aria-label="Keeping and deleting">
      <div class="field">
        <label for={`${id}-kept`}>Keep the history for</label>
        <select
          id={`${id}-kept`}
          value={kept ?? ""}
          onChange={(event) => void choose(event.currentTarget.value as HistoryRetention)}
        >
          {historyRetentions.map((name) => (
            <option key={name} value={name}>
              {retentionWords[name]}
            </option>
          ))}
        </select>
        <p class="field-hint">
          Older entries are forgotten by themselves. It stays on this device; private windows leave
          nothing in it. Cases stay until you delete them.
        </p>
      </div>
      {sure ? (
        <div class="case-actions" role="alertdialog" aria-label="Delete everything">
          <p>All cases, the media kept in them and the whole history go for good.</p>
          <button type="button" class="button danger" onClick={() => void deleteAll()}>
            Delete for good
          </button>
          <button type="button" class="button" onClick={() => setSure(false)}>
            Keep
          </button>
        </div>
      ) : (
        <button type="button" class="button danger" onClick={() => setSure(true)}>
          Delete everything …
        </button>
      )}
    </section>
  );
}
