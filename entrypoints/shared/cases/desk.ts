/**
 * All that the cases view works with, opened once by the page that mounts it: the stores, and the
 * files that go out and come in. Components know it by its type alone.
 */
import { browser } from "wxt/browser";
import type { Case, CaseItem, Evidence } from "../evidence/evidence";
import { csvReport } from "../report/csv";
import { reportFileName } from "../report/file-name";
import { htmlReport } from "../report/html";
import { jsonReport } from "../report/json";
import { parseReport, type Report, ReportError, reportHead } from "../report/report";
import { loadSettings, type Settings, saveSettings } from "../settings";
import { briefOf } from "./brief";
import { Database } from "./database";
import { feedbackArchive } from "./feedback";
import { HistoryStore } from "./history";
import { CaseProblem } from "./problem";
import { CaseStore } from "./store";

export const exportFormats = ["html", "json", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A file to be saved by the person. */
export interface MadeFile {
  name: string;
  content: Blob;
}

export interface CasesDesk {
  store: CaseStore;
  history: HistoryStore;
  /** A report on these cases, in this order. */
  report(caseIds: readonly string[], format: ExportFormat): Promise<MadeFile>;
  /**
   * Labelled data for the trainer, from the media of these items that a reviewer made a call on.
   *
   * @returns the archive, and why items with a call are not in it.
   */
  feedback(items: readonly CaseItem[]): Promise<{ file: MadeFile | null; leftOut: string[] }>;
  /** Puts what somebody has checked into the history, unless it came from a private window. */
  remember(evidence: Evidence, from: { isPrivate: boolean }): Promise<void>;
  /** Adds the cases of a JSON report. @throws CaseProblem with what is wrong with the file. */
  importReport(file: Blob): Promise<Case[]>;
  retention(): Promise<Settings["history"]>;
  /** Also forgets at once what the new setting does not allow. */
  setRetention(history: Settings["history"]): Promise<void>;
}

const types: Record<ExportFormat, string> = {
  html: "text/html;charset=utf-8",
  json: "application/json",
  csv: "text/csv;charset=utf-8",
};

/** More than any report of a person's cases; a file far larger is a mistake. */
const maxImportBytes = 512 * 1024 * 1024;

export function openCasesDesk(): CasesDesk {
  const database = new Database();
  const store = new CaseStore(database);
  const history = new HistoryStore(database);
  const tool = `Unmask ${browser.runtime.getManifest().version}`;
  // Without it the browser may clear the cases when the device runs short of room.
  void navigator.storage?.persist?.().catch(() => false);
  void loadSettings()
    .then((settings) => history.purgeDaily(settings))
    // Whatever is wrong is said where the cases are shown.
    .catch(() => undefined);

  return {
    store,
    history,
    async report(caseIds, format) {
      const cases = await Promise.all(caseIds.map((id) => store.getWithItems(id)));
      const report: Report = { ...reportHead(tool), cases };
      const [only] = cases;
      const title = cases.length === 1 && only ? only.case.title : "all cases";
      return {
        name: `${reportFileName(title)}.${format}`,
        content: new Blob(await partsOf(report, format), { type: types[format] }),
      };
    },
    async feedback(items) {
      const { archive, leftOut } = await feedbackArchive(items, (id) => store.getOriginal(id));
      const name = `${reportFileName("feedback")}.zip`;
      return { file: archive && { name, content: archive }, leftOut };
    },
    async remember(evidence, { isPrivate }) {
      const settings = await loadSettings();
      const brief = briefOf(evidence);
      await history.record(brief, "checked", { incognito: isPrivate, settings });
    },
    async importReport(file) {
      if (file.size > maxImportBytes) throw new CaseProblem("invalid", "The file is too large.");
      try {
        return await store.importCases(parseReport(await file.text()).cases);
      } catch (error) {
        if (error instanceof ReportError) throw new CaseProblem("unreadable", error.message);
        throw error;
      }
    },
    retention: async () => (await loadSettings()).history,
    async setRetention(kept) {
      await saveSettings({ history: kept });
      await history.purge({ history: kept });
    },
  };
}

async function partsOf(report: Report, format: ExportFormat): Promise<string[]> {
  if (format === "html") return htmlReport(report);
  return format === "json" ? jsonReport(report) : csvReport(report);
}
