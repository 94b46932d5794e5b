/** The section of the page: its list, or why there is none. */
import { EmptyState } from "../../components/EmptyState";
import type { Medium } from "../shared/page/groups";
import { NothingToShow } from "../shared/page/NothingToShow";
import { situationOf } from "../shared/page/situation";
import type { Page } from "../shared/page/use-page";
import { useSettings } from "../shared/use-settings";
import type { Inspection } from "./inspections";
import { PageList } from "./PageList";

interface Props {
  page: Page | "none";
  opened: Inspection | null;
  onOpen(medium: Medium): void;
}

export function PageSection({ page, opened, onOpen }: Props) {
  const settings = useSettings();
  if (!settings) return null;
  if (page === "none") {
    return (
      <EmptyState sign="closed" heading="This tab is closed">
        What was found on it before can still be read where it was opened.
      </EmptyState>
    );
  }
  const situation = situationOf(page.url, page.state, settings);
  if (situation !== "results" || !page.state) {
    return <NothingToShow page={page} situation={situation} settings={settings} />;
  }
  const { listed } = opened ?? {};
  const selectedKey = listed?.tabId === page.tabId ? `${listed.frameId}:${listed.mediumId}` : null;
  return (
    <PageList tabId={page.tabId} state={page.state} selectedKey={selectedKey} onOpen={onOpen} />
  );
}
