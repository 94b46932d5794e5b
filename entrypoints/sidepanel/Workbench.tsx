/** The workbench as a whole: its bar, its sections, and the evidence of what is open. */
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { browser } from "wxt/browser";
import { EmptyState } from "../../components/EmptyState";
import { openCasesDesk } from "../shared/cases/desk";
import { cancelRegion } from "../shared/page/page-commands";
import { usePage } from "../shared/page/use-page";
import { openInTab } from "../shared/panel";
import { CasesSection } from "./CasesSection";
import { CheckSection } from "./CheckSection";
import { EvidencePlace } from "./EvidencePlace";
import { useIncoming } from "./incoming";
import { PageSection } from "./PageSection";
import { usePlace } from "./use-active-tab";
import { useCheckRequests } from "./use-check-requests";
import { type Section, sections, useChecks } from "./use-checks";
import { useIsWide } from "./use-is-wide";

const sectionNames: Record<Section, string> = {
  page: "This page",
  check: "Check a file",
  cases: "Cases",
};

interface Props {
  /** Tab to keep to; null follows the active one. */
  fixedTabId: number | null;
  /** Whether menus and keys of this window speak to this workbench. */
  takesRequests: boolean;
}

export function Workbench({ fixedTabId, takesRequests }: Props) {
  const place = usePlace(fixedTabId);
  const page = usePage(place?.tabId ?? null);
  const media = page === "none" ? undefined : page?.state?.media;
  const frameIds = useMemo(() => [...new Set(media?.map(({ frameId }) => frameId))], [media]);
  const pageUrl = (page !== "none" && page?.url) || "";
  const checks = useChecks(place, pageUrl, frameIds);
  useCheckRequests(takesRequests && place ? place.windowId : null, checks.take);
  const isDraggedOver = useIncoming(checks.incoming);
  const isWide = useIsWide();
  const [desk] = useState(openCasesDesk);
  if (!place || !page) return null;
  const { section, opened, inspections } = checks;
  return (
    <div class={`workbench${opened ? " has-open" : ""}`}>
      <header class="bar">
        <img src="/icon/unmask.svg" width={24} height={24} alt="" />
        <h1>Unmask</h1>
        {fixedTabId === null && (
          <IconButton name="Open in a tab" onClick={() => void openInTab(place.tabId)}>
            <path d="M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7" />
          </IconButton>
        )}
        <IconButton name="Settings" onClick={() => void browser.runtime.openOptionsPage()}>
          <path d="M3 6h7M14 6h3M3 14h3M10 14h7M14 6a2 2 0 1 1-4 0 2 2 0 0 1 4 0M10 14a2 2 0 1 1-4 0 2 2 0 0 1 4 0" />
        </IconButton>
      </header>
      <nav class="sections" aria-label="Sections">
        {sections.map((name) => (
          <button
            key={name}
            type="button"
            aria-current={section === name ? "page" : undefined}
            onClick={() => checks.go(name)}
          >
            {sectionNames[name]}
          </button>
        ))}
      </nav>
      {checks.problem && (
        <p class="said" role="alert">
          {checks.problem}
        </p>
      )}
      {checks.selecting !== null && <Selecting tabId={checks.selecting} />}
      <main class={section === "cases" ? "whole" : ""}>
        {/* Under the evidence of a narrow panel the list is still there, for its scroll position. */}
        <div class="master" inert={opened !== null && !isWide}>
          {section === "page" && (
            <PageSection page={page} opened={opened} onOpen={checks.openListed} />
          )}
          {section === "check" && (
            <CheckSection
              inspections={inspections.filter(({ listed }) => listed === null)}
              opened={opened}
              onFiles={checks.incoming.files}
              onRegion={checks.region}
              onOpen={checks.open}
            />
          )}
          {section === "cases" && <CasesSection desk={desk} />}
        </div>
        {section !== "cases" && isWide && !opened && (
          <div class="detail detail-empty">
            <EmptyState sign="face" heading="Nothing opened">
              Choose a picture or video from the list to see its evidence here.
            </EmptyState>
          </div>
        )}
        <EvidencePlace
          store={checks.store}
          desk={desk}
          inspections={inspections}
          opened={opened}
          page={page}
          onBack={() => checks.open(null)}
        />
      </main>
      {isDraggedOver && (
        <div class="drop-cover" aria-hidden="true">
          <p>Drop pictures and videos here. They are checked on this device.</p>
        </div>
      )}
    </div>
  );
}

function Selecting({ tabId }: { tabId: number }) {
  return (
    <div class="said selecting" role="status">
      <p>Draw a rectangle on the page. With the keyboard, go to the page with F6 first.</p>
      <button type="button" class="button" onClick={() => void cancelRegion(tabId)}>
        Cancel
      </button>
    </div>
  );
}

interface IconButtonProps {
  name: string;
  onClick(): void;
  children: ComponentChildren;
}

function IconButton({ name, onClick, children }: IconButtonProps) {
  return (
    <button type="button" class="icon-button" aria-label={name} title={name} onClick={onClick}>
      <svg viewBox="0 0 20 20" width="18" height="18" class="icon" aria-hidden="true">
        {children}
      </svg>
    </button>
  );
}
