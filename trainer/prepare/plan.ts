// What one machine has to prepare: every record of the data set gets its group and its side of the
// split, which takes them all, and then the units of work are dealt out by their keys alone.
import type { Layout, ReadOptions, SourceRecord, SplitName } from "../datasets/layouts/record";
import { DatasetError } from "../datasets/layouts/report";
import type { Shares } from "../datasets/splits/draw";
import { assignGroups } from "../datasets/splits/groups";
import { splitPeople } from "../datasets/splits/people";
import { ranked } from "../datasets/splits/rank";
import { resolveSplits } from "../datasets/splits/splits";
import { isMine, type ShardNumber } from "../shards/assignment";
import { spread } from "./video-frames";

/** A record on its side of the split. */
export type PlannedRecord = Omit<SourceRecord, "bytes" | "identities"> & {
  group: string;
  split: SplitName;
};

/**
 * What one thread does in one go, and what a resumed run starts anew: a video, the frames of a
 * video, a picture, or an archive of frames.
 */
export interface Unit {
  /** Path of the video, of the folder of frames, of the picture or of the archive. */
  key: string;
  records: PlannedRecord[];
}

export interface PlanOptions {
  shard: ShardNumber;
  /** Frames of a video, spread evenly over it. */
  frames: number;
  /** Of the draw for what has no official split. */
  seed: number;
  shares: Shares;
  /**
   * `groups` keeps the official split but holds whole groups out; `official` keeps it even where
   * people are on both sides; `people` draws anew and leaves out what was made from people of two
   * sides, for sets that swap everybody with everybody and so are one group.
   */
  split: SplitRule;
}

export const SPLIT_RULES = ["groups", "official", "people"] as const;
export type SplitRule = (typeof SPLIT_RULES)[number];

/**
 * The units of this machine in an order that mixes labels and sources; the same on every machine
 * and in every run.
 *
 * @throws DatasetError if there is nothing in the data set, or its metadata cannot be understood.
 */
export async function planUnits(
  root: string,
  layout: Layout,
  { shard, frames, ...rules }: PlanOptions,
  options: ReadOptions,
): Promise<Unit[]> {
  const records: Listed[] = [];
  const others = new Set<string>();
  const archives = (archive: string) => {
    const mine = isMine(archive, shard);
    if (!mine) others.add(archive);
    return mine;
  };
  for await (const { bytes: _, ...record } of layout.read(root, { ...options, archives })) {
    records.push(record);
  }
  if (records.length === 0 && others.size === 0) {
    const found = options.report.findings.length;
    throw new DatasetError(
      `${root}: no video and no picture of ${layout.name} in it${found ? `; ${found} files had to be left out` : ""}`,
    );
  }
  const { records: kept, setAside } = splitRecords(records, rules);
  for (const { file, identities } of setAside) {
    options.report.add(
      "set-aside",
      file,
      `shows or is linked with others: ${identities.join(", ")}`,
    );
  }
  const units = new Map<string, PlannedRecord[]>();
  for (const { identities: _, ...record } of kept) {
    const key = record.archive ?? record.video ?? record.file;
    if (!isMine(key, shard)) continue;
    const unit = units.get(key);
    if (unit) unit.push(record);
    else units.set(key, [record]);
  }
  return ranked(units, ([key]) => key, 0).map(([key, all]) => ({
    key,
    records: framesOf(all, frames),
  }));
}

type Listed = Omit<SourceRecord, "bytes">;

function splitRecords(
  records: readonly Listed[],
  { split, seed, shares }: Omit<PlanOptions, "shard" | "frames">,
): { records: (PlannedRecord & { identities: string[] })[]; setAside: Listed[] } {
  if (split !== "people") {
    const torn = split === "official" ? "official" : "hold-out";
    return resolveSplits(assignGroups(records), { seed, shares, torn });
  }
  const { records: kept, setAside } = splitPeople(records, shares, seed);
  // Without what was set aside fewer people hang together.
  return { records: assignGroups(kept), setAside };
}

/**
 * The frames to take of each video among the pictures, in the order in which they were read. All of
 * those that come as crops with their boxes: somebody has chosen them already.
 */
function framesOf(records: PlannedRecord[], frames: number): PlannedRecord[] {
  const sequences = new Map<string, PlannedRecord[]>();
  for (const record of records) {
    const key = sequenceOf(record);
    const own = sequences.get(key);
    if (own) own.push(record);
    else sequences.set(key, [record]);
  }
  const taken = new Set<PlannedRecord>();
  for (const sequence of sequences.values()) {
    const inTime = sequence.toSorted(
      (a, b) => (a.frame ?? 0) - (b.frame ?? 0) || (a.file < b.file ? -1 : 1),
    );
    for (const place of spread(inTime.length, frames)) {
      taken.add(inTime[place] as PlannedRecord);
    }
  }
  return records.filter((record) => record.box || taken.has(record));
}

/** What the frames of one video share; a still picture is alone. */
export function sequenceOf({ video, file }: PlannedRecord): string {
  return video ?? file;
}
