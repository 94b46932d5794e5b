import { expect, test } from "vitest";
import {
  badgePlace,
  cardPlace,
  contentBox,
  intersect,
} from "../../entrypoints/page.content/badges/geometry";

const box = { x: 100, y: 50, width: 400, height: 200 };

test("intersects, with nothing left where rectangles are apart", () => {
  expect(intersect(box, { x: 0, y: 0, width: 300, height: 100 })).toEqual({
    x: 100,
    y: 50,
    width: 200,
    height: 50,
  });
  expect(intersect(box, { x: 600, y: 0, width: 10, height: 1000 }).width).toBe(0);
});

test.each([
  ["fill", { x: 100, y: 50, width: 400, height: 200 }],
  ["contain", { x: 200, y: 50, width: 200, height: 200 }],
  ["cover", { x: 100, y: -50, width: 400, height: 400 }],
  ["none", { x: 250, y: 100, width: 100, height: 100 }],
  ["scale-down", { x: 250, y: 100, width: 100, height: 100 }],
])("places a square picture with object-fit %s", (fit, expected) => {
  expect(contentBox(box, { width: 100, height: 100 }, fit, "50% 50%")).toEqual(expected);
});

test("follows object-position, and takes the middle for what it does not understand", () => {
  const place = (position: string) => {
    const { x, y } = contentBox(box, { width: 100, height: 100 }, "none", position);
    return [x, y];
  };
  expect(place("0% 100%")).toEqual([100, 150]);
  expect(place("10px 20px")).toEqual([110, 70]);
  expect(place("calc(10px + 5%) 0%")).toEqual([250, 50]);
  expect(contentBox(box, { width: 0, height: 0 }, "contain", "50% 50%")).toEqual(box);
});

test("puts a badge in the top right corner, tighter where it is narrow, nowhere where it is not", () => {
  const badge = { width: 120, height: 28 };
  expect(badgePlace(box, badge)).toEqual({ x: 372, y: 58 });
  expect(badgePlace({ ...box, width: 125 }, badge)).toEqual({ x: 103, y: 52 });
  expect(badgePlace({ ...box, width: 100 }, badge)).toBe(null);
  expect(badgePlace({ ...box, height: 20 }, badge)).toBe(null);
});

test("puts a card beside its medium, else at the badge, always inside the viewport", () => {
  const card = { width: 340, height: 400 };
  const badge = { x: 372, y: 58, width: 120, height: 28 };
  const place = (width: number, height: number) => cardPlace(badge, box, card, { width, height });
  expect(place(1280, 720)).toEqual({ x: 508, y: 58 });
  expect(cardPlace(badge, { ...box, x: 600 }, card, { width: 1010, height: 720 }).x).toBe(252);
  expect(place(600, 720)).toEqual({ x: 152, y: 94 });
  expect(place(600, 420)).toEqual({ x: 152, y: 12 });
  expect(place(300, 300)).toEqual({ x: 8, y: 8 });
});
