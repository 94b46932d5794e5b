import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseCard, type StudentCard } from "../../model/package/card";
import { StudentPackageError } from "../../model/package/error";
import { verifyPackage } from "../../model/package/student";

const read = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../assets/student/${name}`, import.meta.url)));
const cardText = new TextDecoder().decode(read("card.json"));
const changed = (change: (card: StudentCard) => void) => {
  const card = JSON.parse(cardText) as StudentCard;
  change(card);
  return JSON.stringify(card);
};

describe("parseCard", () => {
  it("reads the shipped card", () => {
    const card = parseCard(cardText);
    expect(card.thresholds.suspicious.logit).toBeGreaterThan(card.thresholds.unsure.logit);
  });

  it.each([
    ["not JSON", "{", "not valid JSON"],
    ["no object", "7", "card"],
    ["an unknown format", changed((card) => Object.assign(card, { format: 2 })), "format"],
    [
      "a missing field",
      changed((card) => Object.assign(card, { temperature: undefined })),
      "temperature",
    ],
    [
      "levels that fall",
      changed((card) => {
        card.thresholds.strong.logit = -100;
      }),
      "unsure ≤ suspicious ≤ strong",
    ],
    [
      "a bad hash",
      changed((card) => Object.assign(card.files, { "weights.bin": "xyz" })),
      "64 hexadecimal digits",
    ],
    [
      "a recipe without end",
      changed((card) => {
        card.training.recipe = "more ".repeat(2401);
      }),
      "training.recipe",
    ],
  ])("refuses %s and says what is wrong", (_, text, reason) => {
    expect(() => parseCard(text)).toThrow(StudentPackageError);
    expect(() => parseCard(text)).toThrow(reason);
  });
});

describe("verifyPackage", () => {
  const files = () =>
    new Map(["card.json", "model.json", "weights.bin"].map((name) => [name, read(name)]));

  it("accepts the shipped package, which weighs under 2 MB", async () => {
    const bytes = [...files().values()].reduce((sum, file) => sum + file.length, 0);
    expect(bytes).toBeLessThan(2_000_000);
    await expect(verifyPackage(files())).resolves.toMatchObject({ format: 1 });
  });

  it("refuses one flipped bit", async () => {
    const damaged = files();
    const weights = damaged.get("weights.bin") as Uint8Array;
    weights[weights.length >> 1]! ^= 1;
    await expect(verifyPackage(damaged)).rejects.toThrow("weights.bin does not match");
  });

  it("refuses a package without its network", async () => {
    const partial = files();
    partial.delete("model.json");
    await expect(verifyPackage(partial)).rejects.toThrow("holds no model.json");
  });
});
