/** Everything found on the page: filters, search, and the list, live and without jumps. */
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { VirtualList } from "../../components/VirtualList";
import { counted } from "../../components/words";
import type { PageState } from "../shared/messages";
import { groupMedia, type Medium } from "../shared/page/groups";
import { MediaEntry } from "../shared/page/MediaEntry";
import { holdOrder } from "./held-order";
import { ListHead } from "./ListHead";
import { countsOf, type Filter, filterNames, filters, type ListRow, listRows } from "./list-rows";

const heights = { heading: 34, medium: 64 };

interface Props {
  tabId: number;
  state: PageState;
  /** Row whose evidence is open. */
  selectedKey: string | null;
  onOpen(medium: Medium): void;
}

export function PageList({ tabId, state, selectedKey, onOpen }: Props) {
  const [filter, setFilter] = useState<Filter>("all");
  const [search, setSearch] = useState("");
  const groups = useMemo(() => groupMedia(state.media), [state.media]);
  const latest = useMemo(
    () => listRows(state.media, filter, search),
    [state.media, filter, search],
  );
  const { rows, changes, hold, release } = useHeldRows(latest, `${tabId} ${filter} ${search}`);
  const sized = useMemo(
    () =>
      rows.map((row) => ({ row, key: row.key, height: heights[row.kind], isStop: isMedium(row) })),
    [rows],
  );
  const found = latest.filter(isMedium).length;
  return (
    <div class="page-list">
      <ListHead tabId={tabId} state={state} groups={groups} />
      <Filters
        filter={filter}
        search={search}
        counts={countsOf(groups)}
        onFilter={setFilter}
        onSearch={setSearch}
      />
      {/* Announced only when somebody searches or filters: while results stream in, nothing is. */}
      <p class="visually-hidden" role="status">
        {search || filter !== "all" ? `${counted(found, "entry", "entries")} shown` : ""}
      </p>
      {found === 0 ? (
        <p class="no-rows">{search ? "No address holds these words." : "None so far."}</p>
      ) : (
        <div
          class="rows-place"
          onPointerEnter={hold.pointer}
          onPointerLeave={release.pointer}
          onFocusCapture={hold.focus}
          onBlurCapture={release.focus}
        >
          <VirtualList
            rows={sized}
            label="Pictures and videos of this page"
            draw={({ row }, tabIndex) =>
              row.kind === "heading" ? (
                <h2 class="row-heading">
                  {row.text} <span class="row-count">{row.count}</span>
                </h2>
              ) : (
                <MediaEntry
                  medium={row.medium}
                  group={row.group}
                  tabIndex={tabIndex}
                  isCurrent={row.key === selectedKey}
                  onShow={onOpen}
                />
              )
            }
          />
          {changes > 0 && (
            <button type="button" class="button update-order" onClick={release.all}>
              Update the list: {counted(changes, "change")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

const isMedium = (row: ListRow) => row.kind === "medium";

/** Holds the order while the pointer is over the list or the keyboard in it. */
function useHeldRows(latest: ListRow[], question: string) {
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const shown = useRef<{ question: string; rows: ListRow[] } | null>(null);
  // Who changes filter or search asks for other rows, wherever the pointer is.
  const asked = shown.current?.question === question;
  const isHeld = (pointer || focus) && asked;
  const held = isHeld && shown.current ? holdOrder(shown.current.rows, latest) : null;
  const rows = held?.rows ?? latest;
  useEffect(() => {
    shown.current = { question, rows };
  });
  // A panel that has lost the focus to the page keeps its focused row, but nobody is at it.
  useEffect(() => {
    const left = () => setFocus(false);
    window.addEventListener("blur", left);
    return () => window.removeEventListener("blur", left);
  }, []);
  return {
    rows,
    changes: held?.changes ?? 0,
    hold: {
      // A finger leaves nothing behind on the list when it is lifted.
      pointer: (event: PointerEvent) => setPointer(event.pointerType === "mouse"),
      focus: () => setFocus(true),
    },
    release: {
      pointer: () => setPointer(false),
      focus: () => setFocus(false),
      all: () => {
        shown.current = null;
        setPointer(false);
        setFocus(false);
      },
    },
  };
}

interface FiltersProps {
  filter: Filter;
  search: string;
  counts: Record<Filter, number>;
  onFilter(filter: Filter): void;
  onSearch(search: string): void;
}

function Filters({ filter, search, counts, onFilter, onSearch }: FiltersProps) {
  const id = useId();
  return (
    <search class="filters">
      <fieldset>
        <legend class="visually-hidden">Show</legend>
        {filters.map((name) => (
          <label key={name} class="chip">
            <input
              type="radio"
              name={`${id}-filter`}
              checked={filter === name}
              onChange={() => onFilter(name)}
            />
            <span>
              {filterNames[name]} <span class="chip-count">{counts[name]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <input
        type="search"
        class="list-search"
        aria-label="Search addresses"
        placeholder="Search addresses"
        value={search}
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
    </search>
  );
}
