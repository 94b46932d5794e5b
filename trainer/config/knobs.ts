// The kinds of values that the configuration file takes. Each knob carries its default and a
// description, which the annotated file is printed from.
import * as v from "valibot";

const EXPECTED = {
  count: "a whole number above zero",
  whole: "a whole number, zero or above",
  share: "a number above 0 and at most 1",
  shareOrNone: "a number from 0 to 1",
  momentum: "a number from 0 to below 1",
  positive: "a number above zero",
  weight: "a number, zero or above",
  flag: "true or false",
  text: "a text",
} as const;

const number = (expected: string, test: (value: number) => boolean) =>
  v.pipe(v.number(expected), v.finite(expected), v.check(test, expected));

export const count = number(EXPECTED.count, (x) => Number.isSafeInteger(x) && x > 0);
export const whole = number(EXPECTED.whole, (x) => Number.isSafeInteger(x) && x >= 0);
export const share = number(EXPECTED.share, (x) => x > 0 && x <= 1);
export const shareOrNone = number(EXPECTED.shareOrNone, (x) => x >= 0 && x <= 1);
export const momentum = number(EXPECTED.momentum, (x) => x >= 0 && x < 1);
export const positive = number(EXPECTED.positive, (x) => x > 0);
export const weight = number(EXPECTED.weight, (x) => x >= 0);
export const flag = v.boolean(EXPECTED.flag);
export const text = v.pipe(v.string(EXPECTED.text), v.minLength(1, EXPECTED.text));
export const names = v.array(text, "a list of names");

export function oneOf<const T extends readonly string[]>(...values: T) {
  return v.picklist(values, `one of ${values.join(", ")}`);
}

/** A number that follows from others unless it is given. */
export function orAuto(expected: string, test: (value: number) => boolean) {
  const message = `${expected}, or auto`;
  return v.union([v.literal("auto"), number(message, test)], message);
}

export const wholeOrAuto = orAuto(EXPECTED.whole, (x) => Number.isSafeInteger(x) && x >= 0);
export const shareOrAuto = orAuto(EXPECTED.shareOrNone, (x) => x >= 0 && x <= 1);
export const weightOrAuto = orAuto(EXPECTED.weight, (x) => x >= 0);

/** @param description what it is, the paper's symbol where it has one, and where the default is from. */
export function knob<S extends v.GenericSchema>(
  schema: S,
  standard: v.InferInput<S>,
  description: string,
) {
  return v.pipe(v.optional(schema, standard), v.description(description));
}

/** A knob that has no default: absent means that the command line says it, or nobody. */
export function openKnob<S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(v.optional(schema), v.description(description));
}

export function section<E extends v.ObjectEntries>(description: string, entries: E) {
  return v.pipe(
    v.optional(v.strictObject(entries, "a section of keys and values"), {} as never),
    v.description(description),
  );
}
