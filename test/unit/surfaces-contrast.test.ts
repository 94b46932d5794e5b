/** Every pair of text and ground in the design's colours reaches 4.5:1, controls 3:1 (WCAG 2.2). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../../components/tokens.css"), "utf8");

/** `--name` → its two colours. */
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map((match) => [
    match[1] ?? "",
    { light: match[2] ?? "", dark: match[3] ?? "" },
  ]),
);

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const levels = ["strong", "suspicious", "unsure", "no-sign", "none"];
const grounds = ["surface", "sunken", "raised", "hover"];
const text: [string, string][] = [
  ...grounds.flatMap((ground): [string, string][] => [
    ["ink", ground],
    ["ink-soft", ground],
  ]),
  ["accent", "surface"],
  ["accent-ink", "accent"],
  ...levels.flatMap((level): [string, string][] => [
    ["ink", `${level}-soft`],
    ["ink-soft", `${level}-soft`],
    [level, `${level}-soft`],
    [level, "surface"],
  ]),
];
const controls: [string, string][] = grounds.map((ground) => ["line-strong", ground]);

describe.each(["light", "dark"] as const)("%s", (scheme) => {
  const of = (name: string) => {
    const colour = colours.get(name);
    if (!colour) throw new Error(`no colour ${name}`);
    return colour[scheme];
  };
  test.each(text)("%s on %s can be read", (ink, ground) => {
    expect(contrast(of(ink), of(ground))).toBeGreaterThanOrEqual(4.5);
  });
  test.each(controls)("%s on %s can be seen", (line, ground) => {
    expect(contrast(of(line), of(ground))).toBeGreaterThanOrEqual(3);
  });
});
