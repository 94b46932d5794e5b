/** How the parts of the cases view report what they did, and what went wrong with it. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

export interface Telling {
  /** A sentence on what was done, and how to undo it where that is possible. */
  said(text: string, undo?: () => Promise<unknown>): void;
  /** Does it; where it fails, says why and gives undefined. */
  attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export const TellingContext = createContext<Telling>({
  said: () => undefined,
  attempt: (work) => work(),
});

export const useTelling = (): Telling => useContext(TellingContext);
