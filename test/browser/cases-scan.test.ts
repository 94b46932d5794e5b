/** `npm run scan` with reports: written, resumed, verified; addresses fetched and refused. */
import { copyFile, mkdtemp, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { jsonReport } from "../../entrypoints/shared/report/json";
import { parseReport, type Report } from "../../entrypoints/shared/report/report";
import { mediaDir, type Site, startSite } from "./harness";
import { runCommand } from "./run-command";

const fixture = (name: string) => join(mediaDir, name);
const scan = (args: string[], onStderr?: (text: string, pid: number) => void) =>
  runCommand("cli/scan.ts", ["--backend=wasm", "--jobs=1", ...args], {
    ...(onStderr && { onStderr }),
  });
const folder = (name: string) => mkdtemp(join(inject("scratchDir"), `${name}-`));
const reportIn = async (dir: string): Promise<Report> =>
  parseReport(await readFile(join(dir, "report.json"), "utf8"));
const itemsOf = ({ cases }: Report) => cases.flatMap(({ items }) => items);
const named = (report: Report, name: string) => {
  const found = itemsOf(report).find(({ evidence: { origin } }) =>
    JSON.stringify(origin).includes(name),
  );
  if (!found) throw new Error(`the report has no ${name}`);
  return found.evidence;
};

describe("a report on files", () => {
  let dir: string;
  let report: Report;
  let stdout: string;

  beforeAll(async () => {
    dir = await folder("report");
    const command = await scan([
      "--json",
      `--report=${dir}`,
      fixture("astronaut.jpg"),
      fixture("swap.mp4"),
      fixture("broken.png"),
      join(dir, "missing.jpg"),
    ]);
    expect(command.status, command.stderr).toBe(0);
    stdout = command.stdout;
    report = await reportIn(dir);
  }, 300_000);

  test("holds the evidence of every medium, as the side panel's does", () => {
    expect(itemsOf(report)).toHaveLength(4);
    const picture = named(report, "astronaut.jpg");
    expect(picture).toMatchObject({
      kind: "image",
      width: 512,
      height: 512,
      file: { type: "image/jpeg" },
      detector: { backend: "wasm" },
    });
    expect(picture.verdict.faces).toHaveLength(1);
    expect(picture.crops).toHaveLength(1);
    expect(picture.stability.length).toBeGreaterThan(0);
    expect(picture.provenance?.credentials.state).toBe("none");
    expect(Object.keys(picture.detector.thresholds)).toHaveLength(3);
    const video = named(report, "swap.mp4");
    expect(video.verdict.frames?.length).toBeGreaterThanOrEqual(8);
    expect(video.sampling).toMatch(/\w/);
    for (const name of ["broken.png", "missing.jpg"]) {
      expect(named(report, name).verdict).toMatchObject({ level: null, reason: "unreadable" });
    }
  });

  test("agrees with what is printed", () => {
    const printed: { file: string; logit: number | null }[] = JSON.parse(stdout);
    expect(printed.map(({ logit }) => logit)).toEqual(
      itemsOf(report).map(({ evidence }) => evidence.verdict.logit),
    );
  });

  test("is written as HTML and CSV as well", async () => {
    const html = await readFile(join(dir, "report.html"), "utf8");
    const csv = await readFile(join(dir, "report.csv"), "utf8");
    const { file } = named(report, "astronaut.jpg");
    expect(html).toContain(file?.sha256 ?? "no hash");
    expect(html).toContain("</html>");
    expect(csv).toContain(file?.sha256 ?? "no hash");
    expect(csv.split("\r\n").length).toBeGreaterThan(15);
  });

  test("is not written over by another run", async () => {
    const { status, stderr } = await scan([`--report=${dir}`, fixture("cat.jpg")]);
    expect(status).toBe(2);
    expect(stderr).toContain("--resume");
    expect(await reportIn(dir)).toEqual(report);
  });

  test("is verified: same bytes, same scores", async () => {
    const complete = join(dir, "complete.json");
    const kept = ["astronaut.jpg", "swap.mp4"].map((name) => named(report, name).id);
    await writeFile(
      complete,
      changed(report, (item) => kept.includes(item.evidence.id)),
    );
    const { status, stdout: said } = await scan([
      "--json",
      `--verify=${complete}`,
      fixture("swap.mp4"),
      fixture("astronaut.jpg"),
    ]);
    expect(JSON.parse(said)).toMatchObject([
      { outcome: "same", file: fixture("astronaut.jpg"), differences: [] },
      { outcome: "same", file: fixture("swap.mp4"), differences: [] },
    ]);
    expect(status).toBe(0);
  });

  test("is verified at the moments of a video that it looked at, and at no others", async () => {
    const looked = join(dir, "other-moments.json");
    await writeFile(
      looked,
      changed(report, ({ evidence }) => {
        evidence.verdict.frames = evidence.verdict.frames?.filter((_, i) => i % 3 === 1);
        return JSON.stringify(evidence.origin).includes("swap.mp4");
      }),
    );
    const { stdout: said } = await scan(["--json", `--verify=${looked}`, fixture("swap.mp4")]);
    const [{ differences }] = JSON.parse(said);
    // The whole may come out otherwise with fewer of them; the frames themselves are the same.
    expect(differences.filter(({ where }: { where: string }) => / s, /.test(where))).toEqual([]);
  });

  test("tells other bytes, other scores, another model and missing files apart", async () => {
    const altered = join(await folder("altered"), "swap.mp4");
    await copyFile(fixture("swap.mp4"), altered);
    await writeFile(altered, "x", { flag: "a" });
    const otherScores = join(dir, "other-scores.json");
    await writeFile(
      otherScores,
      changed(report, ({ evidence }) => {
        if (evidence.verdict.logit !== null) evidence.verdict.logit += 0.2;
        return true;
      }),
    );
    const first = await scan([
      "--json",
      `--verify=${otherScores}`,
      fixture("astronaut.jpg"),
      altered,
    ]);
    expect(first.status).toBe(3);
    expect(JSON.parse(first.stdout)).toMatchObject([
      { outcome: "other-score", differences: [{ where: "the medium" }] },
      { outcome: "other-bytes", file: altered },
      { outcome: "no-file" },
      { outcome: "no-file" },
    ]);

    const otherModel = join(dir, "other-model.json");
    await writeFile(
      otherModel,
      changed(report, ({ evidence }) => {
        evidence.detector.cardSha256 = "0".repeat(64);
        return evidence.kind === "image";
      }),
    );
    const second = await scan([`--verify=${otherModel}`, fixture("astronaut.jpg")]);
    expect(second.status).toBe(4);
    expect(second.stdout).toContain("another model");
    expect(second.stdout).toContain("No file was given for it");
  });

  test("says what is wrong with a report that cannot be read", async () => {
    const bad = join(dir, "bad.json");
    await writeFile(bad, "{}");
    const { status, stderr } = await scan([`--verify=${bad}`, fixture("cat.jpg")]);
    expect(status).toBe(2);
    expect(stderr).toContain("not a report of Unmask");
  });
});

/** The report's JSON with only the items that `keep` lets through, and as `keep` changed them. */
function changed(report: Report, keep: (item: ReturnType<typeof itemsOf>[number]) => boolean) {
  const copy = structuredClone(report);
  for (const one of copy.cases) one.items = one.items.filter(keep);
  return jsonReport(copy).join("");
}

test("goes on after it was killed: what was done stays, what changed is done again", async () => {
  const media = await folder("killed");
  const names = [
    "cat.jpg",
    "coffee.jpg",
    "astronaut.jpg",
    "speech.jpg",
    "portrait.jpg",
    "crowd.jpg",
  ];
  for (const name of names) await copyFile(fixture(name), join(media, name));
  const dir = await folder("resumed");
  const journal = join(dir, "journal.jsonl");
  const lines = async () =>
    (await readFile(journal, "utf8").catch(() => "")).split("\n").length - 1;

  let killed = false;
  await scan([`--report=${dir}`, media], async (text, pid) => {
    if (killed || !text.includes("Scanning 6 files")) return;
    killed = true;
    // The head and a medium are in it; then without any warning.
    await expect.poll(lines, { timeout: 90_000, interval: 50 }).toBeGreaterThanOrEqual(2);
    process.kill(pid, "SIGKILL");
  });
  const before = (await readFile(journal, "utf8")).split("\n").filter(Boolean).slice(1);
  expect(before.length).toBeLessThan(names.length);
  // As if it had been killed within a line.
  await writeFile(journal, '{"key":"half', { flag: "a" });
  const [first] = before.map((line) => JSON.parse(line));
  const later = new Date(Date.now() + 60_000);
  await utimes(first.key, later, later);

  const { status, stderr } = await scan(["--resume", `--report=${dir}`, media]);
  expect(status, stderr).toBe(0);
  expect(stderr).toContain(`${before.length - 1} `);
  const items = itemsOf(await reportIn(dir));
  expect(items).toHaveLength(names.length);
  const ids = items.map(({ evidence }) => evidence.id);
  expect(ids).not.toContain(first.item.evidence.id);
  for (const line of before.slice(1)) expect(ids).toContain(JSON.parse(line).item.evidence.id);
}, 400_000);

test("Ctrl-C keeps what is done, writes the report and says how to go on", async () => {
  const media = await folder("stopped");
  for (let i = 0; i < 40; i++) await copyFile(fixture("astronaut.jpg"), join(media, `${i}.jpg`));
  const dir = await folder("stopped-report");
  let told = false;
  const { status, stderr } = await scan([`--report=${dir}`, media], async (text, pid) => {
    if (told || !text.includes("Scanning 40 files")) return;
    told = true;
    const done = async () =>
      (await readFile(join(dir, "journal.jsonl"), "utf8")).split("\n").length;
    await expect.poll(done, { timeout: 90_000, interval: 50 }).toBeGreaterThan(2);
    process.kill(pid, "SIGINT");
  });
  expect(status).toBe(130);
  expect(stderr).toContain("--resume");
  const items = itemsOf(await reportIn(dir));
  expect(items.length).toBeGreaterThan(0);
  expect(items.length).toBeLessThan(40);
  // What was under way is not called unreadable.
  for (const { evidence } of items) expect(evidence.verdict.reason).not.toBe("unreadable");
}, 300_000);

describe("a list of addresses", () => {
  let site: Site;
  beforeAll(async () => {
    const picture = await readFile(fixture("astronaut.jpg"));
    site = await startSite({
      files: {
        "/picture.jpg": picture,
        "/moved": { redirect: "/picture.jpg" },
        "/gone.jpg": { status: 404, body: "gone" },
        "/loop": { redirect: "/loop" },
        "/to-file": { redirect: "file:///etc/passwd" },
      },
    });
    return () => site.close();
  });

  test("is fetched, each with its own problem where there is one", async () => {
    const dir = await folder("urls");
    const list = join(dir, "list.txt");
    const at = (path: string) => `${site.origin}${path}`;
    const lines = [
      "# a comment",
      "",
      at("/picture.jpg"),
      at("/moved"),
      at("/moved"),
      at("/gone.jpg"),
      at("/loop"),
      at("/to-file"),
      "ftp://files.example/a.jpg",
      "not an address",
    ];
    await writeFile(list, lines.join("\r\n"));
    const command = await scan(["--json", "--allow-private", `--urls=${list}`, `--report=${dir}`]);
    expect(command.status, command.stderr).toBe(0);
    const results: { file: string; faces: unknown[]; error?: string }[] = JSON.parse(
      command.stdout,
    );
    expect(results.map(({ file, faces, error }) => [file, faces.length, error])).toEqual([
      [at("/picture.jpg"), 1, undefined],
      [at("/moved"), 1, undefined],
      [at("/gone.jpg"), 0, "the server answered 404"],
      [at("/loop"), 0, expect.stringContaining("without end")],
      [at("/to-file"), 0, "the address is not a web address"],
      ["ftp://files.example/a.jpg", 0, "the address is not a web address"],
      ["not an address", 0, "the address is not a web address"],
    ]);
    const report = await reportIn(dir);
    expect(named(report, "/picture.jpg")).toMatchObject({
      origin: { kind: "link", url: at("/picture.jpg") },
      file: { bytes: expect.any(Number) },
    });
    expect(named(report, "/gone.jpg").fileMissing).toBe("the server answered 404");

    // What was done is not fetched again; what failed is tried again.
    const asked = site.requests.length;
    const again = await scan(["--resume", "--allow-private", `--urls=${list}`, `--report=${dir}`]);
    expect(again.status).toBe(0);
    const since = site.requests.slice(asked).map(({ path }) => path);
    expect(since).toContain("/gone.jpg");
    expect(since).not.toContain("/picture.jpg");
    expect(itemsOf(await reportIn(dir))).toHaveLength(7);
  }, 300_000);

  test("reaches no private network unless that is allowed", async () => {
    const list = join(await folder("private"), "list.txt");
    await writeFile(list, `${site.origin}/picture.jpg\n${site.otherOrigin}/picture.jpg\n`);
    const asked = site.requests.length;
    const { stdout } = await scan(["--json", `--urls=${list}`]);
    for (const { error } of JSON.parse(stdout)) expect(error).toContain("private network");
    expect(site.requests.length).toBe(asked);
  });
});
