/** Addresses from a list: what is refused, and where a fetch ends. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FetchProblem, fetchMedium } from "../../cli/fetch-medium";
import { listedUrls } from "../../cli/scan-target";
import { type Site, startSite } from "../../cli/site";

let site: Site;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unmask-fetch-"));
  site = await startSite({
    files: {
      "/a.jpg": "a picture",
      "/moved": { redirect: "/a.jpg" },
      "/large.jpg": "x".repeat(5000),
      "/cut.jpg": { body: "x".repeat(5000), cutAfterBytes: 100 },
      "/missing": { status: 404, body: "no" },
    },
  });
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

const fetched = (url: string, part: Partial<Parameters<typeof fetchMedium>[1]> = {}) =>
  fetchMedium(url, {
    folder,
    name: "1",
    allowPrivate: true,
    signal: new AbortController().signal,
    ...part,
  });

describe("fetchMedium", () => {
  test("writes the file under the name's extension, also after a redirect", async () => {
    const path = await fetched(`${site.origin}/a.jpg?size=large`);
    expect(path).toBe(join(folder, "1.jpg"));
    expect(await readFile(path, "utf8")).toBe("a picture");
    expect(await readFile(await fetched(`${site.origin}/moved`), "utf8")).toBe("a picture");
  });

  test.each([
    "http://127.0.0.1/a.jpg",
    "http://localhost/a.jpg",
    "http://[::1]/a.jpg",
    "http://192.168.1.1/a.jpg",
    "http://169.254.169.254/latest/meta-data",
    "http://router.local/a.jpg",
    "http://2130706433/a.jpg",
    "file:///etc/passwd",
    "ftp://files.example/a.jpg",
    "data:image/png;base64,AAAA",
    "http://user:secret@pictures.example/a.jpg",
    "nonsense",
  ])("refuses %s", async (url) => {
    await expect(fetched(url, { allowPrivate: false })).rejects.toThrow(FetchProblem);
  });

  test("reads no further than the size, whatever was declared, and leaves nothing behind", async () => {
    const large = fetched(`${site.origin}/large.jpg`, { name: "large", maxBytes: 1000 });
    await expect(large).rejects.toThrow("too large");
    const undeclared = createServer((_, response) => void response.write("x".repeat(5000)));
    await new Promise<void>((resolve) => undeclared.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = undeclared.address() as AddressInfo;
      const endless = fetched(`http://127.0.0.1:${port}/`, { name: "endless", maxBytes: 1000 });
      await expect(endless).rejects.toThrow("too large");
    } finally {
      undeclared.closeAllConnections();
      undeclared.close();
    }
    await expect(fetched(`${site.origin}/cut.jpg`, { name: "cut" })).rejects.toThrow(FetchProblem);
    expect((await readdir(folder)).filter((name) => !name.startsWith("1"))).toEqual([]);
  });

  test("says what the server answered, and that the run was stopped", async () => {
    await expect(fetched(`${site.origin}/missing`)).rejects.toThrow("the server answered 404");
    const stopped = AbortSignal.abort();
    await expect(fetched(`${site.origin}/a.jpg`, { signal: stopped })).rejects.toThrow("stopped");
  });
});

test("a list holds one address a line, without comments and repetitions", () => {
  const list =
    "\uFEFF# mine\r\n\r\nhttps://a.example/1.jpg \r\nhttps://a.example/1.jpg\n  https://b.example/2.jpg";
  expect(listedUrls(list)).toEqual(["https://a.example/1.jpg", "https://b.example/2.jpg"]);
});
