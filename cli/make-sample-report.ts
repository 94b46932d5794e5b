/**
 * Writes the sample report in `docs/` from the public-domain pictures of the tests: run it by
 * `npx tsx cli/make-sample-report.ts` after a change of the model or of the report.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaseItem } from "../entrypoints/shared/evidence/evidence";
import { htmlReport } from "../entrypoints/shared/report/html";
import { jsonReport } from "../entrypoints/shared/report/json";
import { parseReport, type Report } from "../entrypoints/shared/report/report";
import { projectRoot } from "./build-extension";

const mediaDir = join("test", "fixtures", "media");

/** What a reviewer might have written; the files' own sources stand in SOURCES.md. */
const reviews: Record<string, Pick<CaseItem, "call" | "notes" | "tags">> = {
  "astronaut.jpg": {
    call: "genuine",
    notes:
      "NASA's portrait of Eileen Collins, from the pictures that the package scikit-image brings.",
    tags: ["source found"],
  },
  "swap-astronaut.jpg": {
    call: "manipulated",
    notes:
      "The face was replaced for our own tests. No signs were found all the same: a miss, kept here to show that no signs found is no certificate.",
    tags: ["made for tests", "missed"],
  },
  "swap.mp4": {
    call: "manipulated",
    notes: "A face swap made for our own tests from public-domain portraits.",
    tags: ["made for tests"],
  },
  "speech.jpg": { call: null, notes: "", tags: [] },
  "self-blend-speech.jpg": {
    call: "manipulated",
    notes: "The face was blended onto itself, as the model's training does it.",
    tags: ["made for tests"],
  },
  "coffee.jpg": { call: "cannot-tell", notes: "No face: nothing to look at.", tags: [] },
};

const folder = await mkdtemp(join(tmpdir(), "unmask-sample-"));
try {
  await scan(Object.keys(reviews), folder);
  const report = reviewed(parseReport(await readFile(join(folder, "report.json"), "utf8")));
  const docs = join(projectRoot, "docs");
  await writeFile(join(docs, "sample-report.json"), jsonReport(report));
  await writeFile(join(docs, "sample-report.html"), await htmlReport(report));
} finally {
  await rm(folder, { recursive: true, force: true });
}

function scan(names: string[], reportDir: string): Promise<void> {
  const tsx = join("node_modules", "tsx", "dist", "cli.mjs");
  const paths = names.map((name) => join(mediaDir, name));
  // WebAssembly is there on every machine, so that the sample can be verified on every machine.
  const args = [tsx, join("cli", "scan.ts"), "--backend=wasm", `--report=${reportDir}`, ...paths];
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the scan ended with ${code}`));
    });
  });
}

function reviewed(report: Report): Report {
  const cases = report.cases.map(({ case: one, items }) => ({
    case: {
      ...one,
      title: "Sample: public-domain pictures, as they are and altered",
      notes:
        "A report as Unmask writes it, with a reviewer's notes and calls. Some of the files were altered for Unmask's own tests. What the tool missed is part of the sample.",
    },
    items: items.map((item) => {
      const { origin } = item.evidence;
      const name = origin.kind === "file" ? (origin.name.split(/[\\/]/).at(-1) ?? "") : "";
      const review = reviews[name];
      if (!review) return item;
      return { ...item, ...review, callAt: review.call === null ? null : item.addedAt };
    }),
  }));
  return { ...report, cases };
}
