/** The thinking behind the workbench's list: rows, held order, and which rows are drawn. */
import { describe, expect, test } from "vitest";
import { offsetsOf, rowAt, rowsBetween } from "../../components/window-of-rows";
import { groupMedia } from "../../entrypoints/shared/page/groups";
import { holdOrder } from "../../entrypoints/sidepanel/held-order";
import { countsOf, type ListRow, listRows } from "../../entrypoints/sidepanel/list-rows";
import { medium } from "../fixtures/medium";

const media = [
  medium("clear", { level: "no-sign", score: 0.1 }),
  medium("some", { level: "suspicious", score: 0.7 }),
  medium("most", { level: "strong", score: 0.9 }),
  medium("unclear", { level: "unsure", score: 0.4 }),
  medium("tiny", { reason: "too-small" }),
  medium("shut", { reason: "unreadable" }),
  medium("nobody", { reason: "no-face", faces: 0 }),
  medium("later", { status: "waiting" }),
  medium("odd", { status: "done" }),
];

const texts = (rows: ListRow[]) =>
  rows.map((row) => (row.kind === "heading" ? `[${row.text} ${row.count}]` : row.medium.id));

describe("rows", () => {
  test("stand by strength of signs, then by what stood in the way", () => {
    expect(texts(listRows(media, "all", ""))).toEqual([
      ...["[Flagged 2]", "most", "some"],
      ...["[Unclear 1]", "unclear"],
      ...["[No signs found 1]", "clear"],
      ...["[Not looked at yet 1]", "later"],
      ...["[Skipped 1]", "odd"],
      ...["[Could not be read 1]", "shut"],
      ...["[Face too small 1]", "tiny"],
      ...["[No face found 1]", "nobody"],
    ]);
  });

  test("are filtered, and each filter tells how many it lets through", () => {
    const counts = countsOf(groupMedia(media));
    expect(counts).toEqual({ all: 9, flagged: 2, unsure: 1, "no-sign": 1, unchecked: 5 });
    for (const filter of ["all", "flagged", "unsure", "no-sign", "unchecked"] as const) {
      const rows = listRows(media, filter, "").filter(({ kind }) => kind === "medium");
      expect(rows).toHaveLength(counts[filter]);
    }
  });

  test("are found by all words of a search, escapes resolved", () => {
    const named = [
      medium("a", { url: "https://x.example/gr%C3%BCn/one.jpg", level: "no-sign" }),
      medium("b", { url: "https://x.example/%E0%A4/two.jpg", level: "no-sign" }),
    ];
    expect(texts(listRows(named, "all", "GRÜN one"))).toEqual(["[No signs found 1]", "a"]);
    expect(texts(listRows(named, "all", "two e0"))).toEqual(["[No signs found 1]", "b"]);
    expect(listRows(named, "all", "one two")).toEqual([]);
  });
});

describe("a held order", () => {
  const shown = listRows(media, "all", "");

  test("takes up what is new about a row and leaves it where it is", () => {
    const risen = media.map((one) =>
      one.id === "clear" ? { ...one, level: "strong" as const, score: 0.99 } : one,
    );
    const { rows, changes } = holdOrder(shown, listRows(risen, "all", ""));
    expect(rows.map(({ key }) => key)).toEqual(shown.map(({ key }) => key));
    expect(changes).toBe(1);
    const row = rows.find((one) => one.kind === "medium" && one.medium.id === "clear");
    expect(row?.kind === "medium" && row.medium.level).toBe("strong");
  });

  test("counts what would come and go", () => {
    const latest = listRows([...media.slice(1), medium("new", { level: "strong" })], "all", "");
    const { rows, changes } = holdOrder(shown, latest);
    expect(rows.map(({ key }) => key)).toEqual(shown.map(({ key }) => key));
    expect(changes).toBe(2);
  });

  test("has nothing to tell where nothing has changed", () => {
    expect(holdOrder(shown, listRows([...media], "all", "")).changes).toBe(0);
  });
});

describe("the window", () => {
  const offsets = offsetsOf([34, 64, 64, 34, 64]);

  test("knows tops and the height of all", () => {
    expect(offsets).toEqual([0, 34, 98, 162, 196, 260]);
  });

  test.each([
    [-50, 0],
    [0, 0],
    [33, 0],
    [34, 1],
    [161, 2],
    [196, 4],
    [9999, 4],
  ])("at %d lies row %d", (y, row) => expect(rowAt(offsets, y)).toBe(row));

  test("reaches from the first to the last row in sight", () => {
    expect(rowsBetween(offsets, 40, 170)).toEqual([1, 3]);
    expect(rowsBetween(offsetsOf([]), 0, 100)).toEqual([0, -1]);
  });
});
