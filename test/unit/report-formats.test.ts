/** The report as JSON, CSV and HTML, over ordinary and over hostile records. */
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { csvColumns, csvReport } from "../../entrypoints/shared/report/csv";
import { reportFileName } from "../../entrypoints/shared/report/file-name";
import { htmlReport } from "../../entrypoints/shared/report/html";
import { shownText } from "../../entrypoints/shared/report/html-text";
import { jsonReport } from "../../entrypoints/shared/report/json";
import {
  parseReport,
  type Report,
  ReportError,
  reportHead,
  reportSchema,
} from "../../entrypoints/shared/report/report";
import { caseItem, evidenceRecord } from "../fixtures/evidence-record";
import { hostileCase } from "../fixtures/hostile-case";

const head = reportHead("Unmask 0.1.0", new Date("2026-11-23T12:00:00Z"));
const ordinary: Report = {
  ...head,
  cases: [
    {
      case: { ...hostileCase().case, title: "A visit", notes: "" },
      items: [
        caseItem({ call: "genuine", callAt: "2026-11-23T11:00:00.000Z", notes: "two\nlines" }),
        caseItem({ evidence: video() }),
      ],
    },
  ],
};
const hostile: Report = { ...head, cases: [hostileCase(), hostileCase()] };
const empty: Report = { ...head, cases: [] };

function video() {
  const { verdict, ...rest } = evidenceRecord();
  const face = { ...verdict.faces[0], box: [1, 2, 30, 40] as [number, number, number, number] };
  return evidenceRecord({
    ...rest,
    kind: "video",
    duration: 12.5,
    sampling: "every 0.5 s",
    verdict: {
      ...verdict,
      frames: [
        {
          time: 0.25,
          width: 640,
          height: 360,
          faces: [{ ...face, logit: -2.25, score: 0.28, track: 0 }],
        },
        { time: 0.75, width: 640, height: 360, faces: [] },
      ],
    },
  });
}

describe("JSON", () => {
  test.each([
    ["ordinary", ordinary],
    ["hostile", hostile],
    ["empty", empty],
  ])("gives an %s report back as it was", (_, report) => {
    expect(v.parse(reportSchema, report)).toEqual(report);
    expect(parseReport(jsonReport(report).join(""))).toEqual(report);
  });

  test.each([
    ["", /not valid JSON/],
    ["{}", /not a report/],
    ["null", /not a report/],
    ['{"format":"unmask-report","version":2}', /newer/],
    ['{"format":"unmask-report","version":1}', /damaged: createdAt/],
    [
      jsonReport(ordinary)
        .join("")
        .replace(/"sha256":"ab/, '"sha256":"zz'),
      /cases\.0\.items\.0\.evidence\.file\.sha256/,
    ],
  ])("refuses %.60s", (json, message) => {
    expect(() => parseReport(json)).toThrow(ReportError);
    expect(() => parseReport(json)).toThrow(message);
  });
});

/** RFC 4180, strictly: throws on anything that it does not allow. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      const match = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
      match.lastIndex = at;
      const found = match.exec(text);
      if (!found) throw new Error(`not CSV at ${at}: ${text.slice(at, at + 40)}`);
      at += found[0].length;
      row.push(found[1] === undefined ? (found[2] ?? "") : found[1].replaceAll('""', '"'));
      if (found[3] === "\r\n") break;
    }
    rows.push(row);
  }
  return rows;
}

describe("CSV", () => {
  const table = (report: Report) => {
    const [columns = [], ...rows] = parseCsv(
      csvReport(report)
        .join("")
        .replace(/^\uFEFF/, ""),
    );
    return rows.map((row) =>
      Object.fromEntries(columns.map((column, i) => [column, row[i] ?? ""])),
    );
  };

  test("has a row for every medium, face, sampled face and treatment", () => {
    const rows = table(ordinary);
    expect(rows.map(({ row }) => row)).toEqual([
      ...["medium", "face", "face", "treatment", "treatment"],
      ...["medium", "face", "face", "frame", "treatment", "treatment"],
    ]);
    expect(rows[0]).toMatchObject({
      case: "A visit",
      url: "https://cdn.example/pictures/minister.jpg",
      page_title: "The minister's Café visit",
      sha256: "ab".repeat(32),
      level: "suspicious",
      logit: "3.9",
      reviewer_call: "genuine",
      strong_false_positive_rate: "0.00194",
      notes: "two\nlines",
    });
    expect(rows.find(({ row }) => row === "frame")).toMatchObject({
      time_s: "0.25",
      logit: "-2.25",
      face: "1",
      width: "30",
    });
    expect(rows[2]).toMatchObject({ not_scored_because: "too-small", logit: "" });
  });

  test("every row has every column", () => {
    for (const row of parseCsv(
      csvReport(hostile)
        .join("")
        .replace(/^\uFEFF/, ""),
    )) {
      expect(row).toHaveLength(csvColumns.length);
    }
  });

  test("no text is taken for a formula", () => {
    const starts = ["=", "+", "-", "@", "\t", "\r", " =", "＝", "\n@"];
    const report = {
      ...head,
      cases: [
        { ...hostileCase(), items: starts.map((start) => caseItem({ notes: `${start}1+1` })) },
      ],
    };
    const notes = table(report)
      .filter(({ row }) => row === "medium")
      .map((row) => row.notes);
    expect(notes).toEqual(starts.map((start) => `'${start}1+1`));
    for (const row of table(hostile)) {
      for (const [column, cell] of Object.entries(row)) {
        const isNumber = /^-?[\d.]+$/.test(cell);
        expect([column, isNumber || !/^[\s]*[=+\-@]/.test(cell)]).toEqual([column, true]);
      }
    }
  });
});

describe("HTML", () => {
  test("says what was seen, with every figure", async () => {
    const page = (await htmlReport(ordinary)).join("");
    for (const text of [
      "A visit",
      "Some signs of manipulation",
      "https://cdn.example/pictures/minister.jpg",
      "The minister&#39;s Café visit",
      "ab".repeat(32),
      "640 × 480 pixels",
      "3.900",
      "-2.250",
      "No face found",
      "every 0.5 s",
      "Face too small to check",
      "Genuine",
      "JPEG quality 60",
      "An editor 2.0",
      "cd".repeat(32),
      "2 in 1,000",
      "429 pictures",
      "does not prove a medium genuine",
      "--verify",
    ]) {
      expect(page).toContain(text);
    }
    expect(page).not.toMatch(/\bfake\b|probability/i);
  });

  test("hostile text stays text", async () => {
    const page = (await htmlReport(hostile)).join("");
    const tags = new Set([...page.matchAll(/<([a-zA-Z!/][^\s>]*)/g)].map(([, name]) => name));
    for (const tag of ["script", "img/", "i", "iframe", "object", "svg/onload", "base", "link"]) {
      expect([tag, tags.has(tag)]).toEqual([tag, false]);
    }
    expect(page).not.toMatch(/\son\w+="(?!.*&)/);
    expect(page).not.toContain('href="javascript:');
    expect(page).not.toContain("data:image/svg");
    // Only pictures of known kinds, and nothing from elsewhere.
    for (const [, source] of page.matchAll(/\ssrc="([^"]*)"/g))
      expect(source).toMatch(/^data:image\/png;base64,/);
    expect(page).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u0000\uD800]/);
    expect(page).toContain("⟨U+202E⟩gnp.exe");
  });

  test("states a policy that allows pictures and its own style alone", async () => {
    const [first = ""] = await htmlReport(empty);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(first)?.[1] ?? "";
    const style = /<style>([^]*?)<\/style>/.exec(first)?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`'sha256-${Buffer.from(digest).toString("base64")}'`);
    expect(policy).not.toContain("unsafe");
    expect((await htmlReport(ordinary)).join("")).not.toMatch(/\sstyle="/);
  });

  test("keeps what scripts of the world need", () => {
    const persian = "می\u200Cخواهم";
    expect(shownText(persian)).toBe(persian);
    expect(shownText("👩\u200D🚀")).toBe("👩\u200D🚀");
  });
});

test("names files without what file systems refuse", () => {
  const at = new Date("2026-11-23T12:00:00Z");
  expect(reportFileName("The Minister's visit: part 2/3", at)).toBe(
    "unmask-the-ministers-visit-part-2-3-2026-11-23",
  );
  expect(reportFileName("../../\u202E", at)).toBe("unmask-2026-11-23");
  expect(reportFileName("x".repeat(500), at).length).toBeLessThan(90);
});
