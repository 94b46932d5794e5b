/** The report as JSON text, in parts, so that a batch of any length can be written as it goes. */
import type { CaseItem } from "../evidence/evidence";
import type { Report, ReportCase, ReportHead } from "./report";

export function jsonReport({ cases, ...head }: Report): string[] {
  return [
    jsonHead(head),
    ...cases.flatMap((one, i) => [
      jsonCaseHead(one.case, i === 0),
      ...one.items.map((item, j) => jsonItem(item, j === 0)),
      jsonCaseEnd,
    ]),
    jsonEnd,
  ];
}

export function jsonHead(head: ReportHead): string {
  return `${JSON.stringify(head, null, 1).replace(/\n}$/, "")},\n "cases": [`;
}

export function jsonCaseHead(inCase: ReportCase["case"], first: boolean): string {
  return `${first ? "" : ","}\n{"case": ${JSON.stringify(inCase)},\n"items": [`;
}

/** A line each: a report can be read and compared line by line. */
export function jsonItem(item: CaseItem, first: boolean): string {
  return `${first ? "" : ","}\n${JSON.stringify(item)}`;
}

export const jsonCaseEnd = "\n]}";
export const jsonEnd = "\n]}\n";
