/** The section for what is not in the page's list: files, the clipboard, a part of the screen. */
import { useRef } from "preact/hooks";
import { LevelMark } from "../../components/LevelMark";
import { Thumbnail } from "../../components/Thumbnail";
import { title } from "../../components/words";
import type { Origin } from "../shared/evidence/evidence";
import type { Inspection } from "./inspections";

interface Props {
  /** Newest first. */
  inspections: readonly Inspection[];
  opened: Inspection | null;
  onFiles(files: File[]): void;
  onRegion(): void;
  onOpen(id: string): void;
}

export function CheckSection({ inspections, opened, onFiles, onRegion, onOpen }: Props) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <div>
      <section class="ways" aria-label="What to check">
        <p>
          Drop pictures and videos anywhere in this panel, or paste a picture with{" "}
          <kbd>{isMac ? "⌘V" : "Ctrl+V"}</kbd>. Nothing is uploaded: they are read on this device.
        </p>
        <div class="ways-buttons">
          <button type="button" class="button primary" onClick={() => chooser.current?.click()}>
            Choose files
          </button>
          <button type="button" class="button" onClick={onRegion}>
            Select a part of the page
          </button>
        </div>
        <input
          ref={chooser}
          class="visually-hidden"
          type="file"
          aria-label="Files to check"
          tabIndex={-1}
          accept="image/*,video/*"
          multiple
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            // Else the same file chosen again would be no change.
            event.currentTarget.value = "";
            if (files.length > 0) onFiles(files);
          }}
        />
      </section>
      {inspections.length > 0 && (
        <section aria-labelledby="checked-here">
          <h2 id="checked-here" class="row-heading">
            Checked here <span class="row-count">{inspections.length}</span>
          </h2>
          <ul class="checked">
            {inspections.map((inspection) => (
              <li key={inspection.id}>
                <Row
                  inspection={inspection}
                  isCurrent={inspection.id === opened?.id}
                  onOpen={onOpen}
                />
              </li>
            ))}
          </ul>
          <p class="check-note">
            This list is forgotten when the panel closes. Keep what you need in a case.
          </p>
        </section>
      )}
    </div>
  );
}

const isMac = navigator.userAgent.includes("Mac");

const originWords: Record<Origin["kind"], string> = {
  page: "From a page",
  region: "Screenshot",
  file: "File",
  pasted: "From the clipboard",
  link: "From an address",
};

function stateWords({ problem, gaveUp }: Inspection): string {
  if (problem) return "Could not be checked";
  return gaveUp ? "Not checked" : "Checking";
}

interface RowProps {
  inspection: Inspection;
  isCurrent: boolean;
  onOpen(id: string): void;
}

function Row({ inspection, isCurrent, onOpen }: RowProps) {
  const { id, name, evidence, request } = inspection;
  const verdict = evidence?.verdict;
  const state = verdict ? title(verdict) : stateWords(inspection);
  const from = request && originWords[request.origin.kind];
  return (
    <button
      type="button"
      class="entry"
      aria-current={isCurrent || undefined}
      onClick={() => onOpen(id)}
    >
      <Thumbnail
        source={evidence?.crops[0] ?? evidence?.preview}
        kind={evidence?.kind ?? "image"}
      />
      <span class="entry-text">
        <span class="entry-title">
          <LevelMark level={verdict?.level ?? null} size={14} />
          <span>{state}</span>
        </span>
        <span class="entry-line" title={name}>
          <bdi>{name}</bdi>
        </span>
        {from && <span class="entry-line">{from}</span>}
      </span>
    </button>
  );
}
