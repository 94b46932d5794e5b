/** What files say of themselves, read in the extension: nothing leaves, nothing hostile gets in. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entityBomb, jpegWithXmp, pngWithText, xmpPacket } from "../fixtures/metadata";
import {
  checkFile,
  type EvidenceBrowser,
  extensionWithEvidencePage,
  launchBrowser,
  openEvidencePage,
} from "./evidence/evidence-page";
import { mediaDir } from "./harness";

const credentialsDir = join(mediaDir, "..", "credentials");

let browser: EvidenceBrowser;
let page: Page;
/** Everything that the browser asks any network for passes here, and is written down. */
let proxy: Server;
const asked: string[] = [];
let camera: Buffer;
let astronaut: Buffer;

beforeAll(async () => {
  proxy = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(502).end();
  });
  proxy.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  browser = await launchBrowser({
    extensionDir: await extensionWithEvidencePage(),
    args: [`--proxy-server=http://127.0.0.1:${port}`, "--proxy-bypass-list=<-loopback>"],
  });
  page = await openEvidencePage(browser);
  camera = await readFile(join(credentialsDir, "camera.jpg"));
  astronaut = await readFile(join(mediaDir, "astronaut.jpg"));
});
afterAll(async () => {
  await browser?.close();
  proxy?.close();
});

/** The browser looks for its own updates and accounts, whatever it is told. */
const isOurs = (address: string) =>
  !/^(https?:\/\/)?([\w-]+\.)*(google|googleapis|gstatic)\.com\b/.test(address);

const check = (buffer: Buffer, name: string, on = page) =>
  checkFile(on, {
    name,
    mimeType: name.endsWith("png") ? "image/png" : "image/jpeg",
    buffer,
  });
const provenance = () => page.locator(".provenance");

/** One byte of the picture itself is another, after everything that is signed. */
function tampered(jpeg: Buffer): Buffer {
  const copy = Buffer.from(jpeg);
  const at = copy.length - 2000;
  copy[at] = (copy[at] ?? 0) === 0x55 ? 0x56 : 0x55;
  return copy;
}

describe("Content Credentials", () => {
  test("hold, from a signer that nobody vouches for", async () => {
    const { provenance: found } = await check(camera, "camera.jpg");
    expect(found?.credentials).toEqual({
      state: "untrusted",
      issuer: "Unmask test newsroom: Unmask test signer",
      generator: "Unmask fixture maker 1.0",
      actions: ["Created: captured by a camera"],
      failures: [],
    });
    await provenance().getByText("signer not known").waitFor();
  });

  test("hold, from a signer that is trusted", async () => {
    const trusting = await openEvidencePage(
      browser,
      await readFile(join(credentialsDir, "root.pem"), "utf8"),
    );
    const { provenance: found } = await check(camera, "camera.jpg", trusting);
    expect(found?.credentials.state).toBe("valid");
    await trusting.close();
  });

  test("say that a picture was generated", async () => {
    const file = join(credentialsDir, "generated.jpg");
    const { provenance: found } = await checkFile(page, file);
    expect(found?.credentials).toMatchObject({
      state: "untrusted",
      actions: [
        "Created: made by generative AI, with Example image generator 3",
        "Colours adjusted",
      ],
    });
  });

  test("do not hold once the picture was changed", async () => {
    const { provenance: found } = await check(tampered(camera), "tampered.jpg");
    expect(found?.credentials).toMatchObject({
      state: "invalid",
      failures: ["The file was changed after it was signed"],
    });
    await provenance().getByText("do not hold").waitFor();
  });

  test("are none where there are none", async () => {
    const { provenance: found } = await check(astronaut, "astronaut.jpg");
    expect(found).toEqual({ credentials: { state: "none" }, metadata: [], generatorMarks: [] });
  });

  test("are not fetched from where a file says they are", async () => {
    const packet = xmpPacket('dcterms:provenance="http://manifests.unmask.invalid/a.c2pa"');
    const { provenance: found } = await check(jpegWithXmp(astronaut, packet), "remote.jpg");
    expect(found?.credentials).toMatchObject({
      state: "unread",
      detail: expect.stringContaining("Unmask does not ask there"),
    });
  });

  test.each([
    // Nothing is left to be recognised.
    ["labels", ["none"], (jumbf: Buffer) => jumbf.fill(0xff, 8, 40)],
    ["content", ["unread", "invalid"], (jumbf: Buffer) => jumbf.fill(0x41, 60, 2500)],
  ])("with damaged %s hold nothing, and all else stays", async (_, states, damage) => {
    const copy = Buffer.from(camera);
    const at = copy.indexOf("jumb") - 4;
    expect(at).toBeGreaterThan(0);
    damage(copy.subarray(at));
    const evidence = await check(copy, "damaged.jpg");
    expect(states).toContain(evidence.provenance?.credentials.state);
    expect(evidence.verdict.level).not.toBeNull();
    expect(evidence.file?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("metadata", () => {
  test("is told with the marks of generators in it", async () => {
    const { provenance: found } = await check(
      pngWithText({
        parameters: "a portrait\nSteps: 30, Sampler: Euler a, CFG scale: 7",
        "XML:com.adobe.xmp": xmpPacket(
          'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia" photoshop:Credit="Made with Google AI" xmp:CreatorTool="Adobe Photoshop 25.0"',
        ),
      }),
      "generated.png",
    );
    expect(found?.generatorMarks).toHaveLength(4);
    await provenance().getByText("Euler a").first().waitFor();
    await provenance().getByText("Metadata: ").click();
    await provenance().getByText("Made with Google AI", { exact: true }).waitFor();
  });

  test("that is hostile is shown as text", async () => {
    const hostile = `<script>document.title = "owned"</script><img src=x onerror="document.title='owned'">`;
    const evidence = await check(
      pngWithText({ Comment: hostile, Title: "\u202egnp.exe", Author: "y".repeat(10_000_000) }),
      "hostile.png",
    );
    const values = evidence.provenance?.metadata.map(({ value }) => value) ?? [];
    expect(values).toContain(hostile);
    expect(values).toContain("gnp.exe");
    expect(Math.max(...values.map(({ length }) => length))).toBe(2000);
    await provenance().getByText("Metadata: ").click();
    await provenance().getByText(hostile).waitFor();
    expect(await provenance().locator("script, img").count()).toBe(0);
    expect(await page.title()).toBe("Evidence");
  });

  test.each([
    ["entities within entities", entityBomb()],
    ["ten megabytes", xmpPacket("", `<xmp:Label>${"<x>".repeat(3_400_000)}</xmp:Label>`)],
    ["a thousand levels", xmpPacket("", `${"<xmp:a>".repeat(1000)}deep${"</xmp:a>".repeat(1000)}`)],
  ])("in XMP of %s takes down nothing", async (_, packet) => {
    const evidence = await check(pngWithText({ "XML:com.adobe.xmp": packet }), "bomb.png");
    expect(evidence.provenance?.credentials.state).toBe("none");
    expect(evidence.verdict.reason).toBe("no-face");
  });
});

test("all of this without a single request", async () => {
  expect(asked.filter(isOurs)).toEqual([]);
  // The proxy would have seen it.
  await page.evaluate(() => fetch("http://seen.unmask.invalid/").catch(() => undefined));
  expect(asked.filter(isOurs)).toEqual(["http://seen.unmask.invalid/"]);
});
