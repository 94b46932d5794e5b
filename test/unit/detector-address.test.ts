import { describe, expect, test } from "vitest";
import { isPrivateHost, refusalOf, upgraded } from "../../entrypoints/offscreen/address-guard";

const publicPage = ["https://news.example/story", "https://news.example/story"];

describe("private hosts", () => {
  test.each([
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::127.0.0.1]",
    "[::ffff:192.168.0.1]",
    "[::ffff:c0a8:1]",
    "[64:ff9b::10.0.0.1]",
    "[2002:c0a8:0101::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[ff02::1]",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "app.localhost",
    "printer.local",
    "router",
    "nas.lan",
    "wiki.internal",
    "box.home.arpa",
  ])("%s", (host) => {
    expect(isPrivateHost(new URL(`http://${host}/`).hostname)).toBe(true);
  });

  test.each([
    "example.com",
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "100.128.0.1",
    "192.169.0.1",
    "[2606:4700::1111]",
    "[::ffff:8.8.8.8]",
    "local.example",
    "10.example.com",
  ])("not %s", (host) => {
    expect(isPrivateHost(new URL(`http://${host}/`).hostname)).toBe(false);
  });
});

describe("what may be fetched", () => {
  test("public addresses for any page", () => {
    expect(refusalOf("https://cdn.example/a.jpg", publicPage)).toBeNull();
    expect(refusalOf("http://cdn.example:8080/a.jpg", [undefined, undefined])).toBeNull();
  });

  test.each([
    "ftp://cdn.example/a.jpg",
    "file:///etc/passwd",
    "chrome-extension://abc/student/card.json",
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "not an address",
    "",
    "https://user:secret@cdn.example/a.jpg",
  ])("never %s", (url) => {
    expect(refusalOf(url, publicPage)).toBeTruthy();
  });

  test("private addresses only for pages that are there themselves", () => {
    const router = "http://192.168.1.1/logo.png";
    expect(refusalOf(router, publicPage)).toMatch(/private network/);
    expect(refusalOf(router, [undefined, undefined])).toMatch(/private network/);
    expect(refusalOf(router, ["http://nas.local/photos"])).toBeNull();
    expect(refusalOf(router, ["https://news.example", "http://localhost:8080/"])).toBeNull();
  });

  test.each(["about:srcdoc", "about:blank", "data:text/html,x", "blob:null/1", "file:///a.html"])(
    "a frame at %s is not taken for a private page",
    (page) => {
      expect(refusalOf("http://127.0.0.1/a.png", [page, "https://news.example/"])).toBeTruthy();
    },
  );
});

describe("pictures of secure pages", () => {
  test("are not asked for in the clear", () => {
    expect(upgraded("http://cdn.example/a.jpg?x=1", publicPage)).toBe(
      "https://cdn.example/a.jpg?x=1",
    );
    expect(upgraded("https://cdn.example/a.jpg", publicPage)).toBe("https://cdn.example/a.jpg");
  });

  test("are where the browser itself asks in the clear", () => {
    for (const [url, page] of [
      ["http://cdn.example/a.jpg", "http://news.example/"],
      ["http://8.8.8.8/a.jpg", "https://news.example/"],
      ["http://localhost:8080/a.jpg", "https://localhost/"],
    ] as const) {
      expect(upgraded(url, [page])).toBe(url);
    }
  });
});
