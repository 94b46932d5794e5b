import { expect, test } from "vitest";
import { backgroundUrl } from "../../entrypoints/page.content/media/background-image";

test.each([
  ["none", null],
  ["linear-gradient(red, blue)", null],
  ['url("https://a.example/b.jpg")', "https://a.example/b.jpg"],
  ['linear-gradient(red, blue), url("https://a.example/b.jpg")', "https://a.example/b.jpg"],
  [
    'url("https://a.example/top.png"), url("https://a.example/under.png")',
    "https://a.example/top.png",
  ],
  ['url("https://a.example/with\\"quote).png")', 'https://a.example/with"quote).png'],
  [
    "url(\"data:image/svg+xml;utf8,<svg xmlns='x'></svg>\")",
    "data:image/svg+xml;utf8,<svg xmlns='x'></svg>",
  ],
  ['url("")', null],
])("reads %s", (computed, url) => {
  expect(backgroundUrl(computed)).toBe(url);
});

test("takes of an image-set the least that is sharp, else the sharpest", () => {
  const set = 'image-set(url("a://1") 1dppx, url("a://3") 3dppx, url("a://2") 192dpi)';
  expect(backgroundUrl(set, 1)).toBe("a://1");
  expect(backgroundUrl(set, 1.5)).toBe("a://2");
  expect(backgroundUrl(set, 2)).toBe("a://2");
  expect(backgroundUrl(set, 4)).toBe("a://3");
});
