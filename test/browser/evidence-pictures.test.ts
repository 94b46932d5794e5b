/** Evidence on pictures, gathered and shown in a page of the built extension. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evidenceSchema } from "../../entrypoints/shared/evidence/evidence";
import {
  checkFile,
  type EvidenceBrowser,
  extensionWithEvidencePage,
  launchBrowser,
  openEvidencePage,
} from "./evidence/evidence-page";
import { mediaDir } from "./harness";
import { violations } from "./surfaces/accessibility";

let browser: EvidenceBrowser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser({ extensionDir: await extensionWithEvidencePage() });
  page = await openEvidencePage(browser);
});
afterAll(() => browser?.close());

const fixture = (name: string) => join(mediaDir, name);

test("gathers all there is on a picture", async () => {
  const evidence = await checkFile(page, fixture("swap-astronaut.jpg"));
  expect(v.parse(evidenceSchema, evidence)).toEqual(evidence);
  const bytes = await readFile(fixture("swap-astronaut.jpg"));
  expect(evidence.file).toEqual({
    sha256: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.length,
    type: "image/jpeg",
  });
  expect(evidence.verdict.faces).toHaveLength(1);
  expect(evidence.crops).toHaveLength(1);
  expect(evidence.preview).toMatch(/^data:image\/webp/);
  expect(evidence.stability.map(({ treatment }) => treatment)).toContain("JPEG quality 60");
  expect(evidence.stability.every(({ logit }) => logit !== null)).toBe(true);
  expect(evidence.provenance?.credentials).toEqual({ state: "none" });
  expect(await violations(page)).toEqual([]);
});
