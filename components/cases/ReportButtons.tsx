/** Saves cases as a report, in each form that there is. */
import { useState } from "preact/hooks";
import type { CasesDesk, ExportFormat } from "../../entrypoints/shared/cases/desk";
import { saveFile } from "./save-file";
import { useTelling } from "./tell";

const names: Record<ExportFormat, string> = { html: "HTML", json: "JSON", csv: "CSV" };
const uses: Record<ExportFormat, string> = {
  html: "to read and print",
  json: "to keep, verify and import",
  csv: "for a spreadsheet",
};

interface Props {
  desk: CasesDesk;
  caseIds: readonly string[];
  /** For the buttons' full names: "this case". */
  what: string;
}

export function ReportButtons({ desk, caseIds, what }: Props) {
  const { said, attempt } = useTelling();
  const [making, setMaking] = useState<ExportFormat | null>(null);
  const save = async (format: ExportFormat) => {
    setMaking(format);
    const file = await attempt(() => desk.report(caseIds, format));
    setMaking(null);
    if (!file) return;
    saveFile(file);
    said(`Report saved: ${file.name}`);
  };
  return (
    <div class="report-buttons" role="group" aria-label={`Report on ${what}`}>
      <span class="report-name">Report on {what}</span>
      {(["html", "json", "csv"] as const).map((format) => (
        <button
          key={format}
          type="button"
          class="button"
          title={uses[format]}
          aria-label={`Save ${names[format]} report on ${what}, ${uses[format]}`}
          aria-busy={making === format}
          onClick={() => void save(format)}
        >
          {names[format]}
        </button>
      ))}
    </div>
  );
}
