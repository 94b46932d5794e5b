/** What can go wrong with the database, told in words that say what is lost (nothing) and what to do. */

export type ProblemKind =
  | "full"
  | "blocked"
  | "newer"
  | "damaged"
  | "unavailable"
  | "closed"
  | "gone"
  | "invalid"
  | "unreadable";

const words: Record<ProblemKind, string> = {
  full: "This device has no room left for cases, so this was not saved. What was saved before is still there. Export what you need, delete old cases or history, and try again.",
  blocked:
    "Another window of Unmask still uses the cases in their older form. Nothing is lost: close the other Unmask windows, and this one goes on by itself.",
  newer:
    "The cases on this device were written by a newer version of Unmask. Nothing was changed: update Unmask to open them.",
  damaged:
    "The browser could not read the cases on this device. Nothing was deleted. Close the browser and open it again; if this stays, the browser's storage is damaged, and a report saved earlier (JSON) can be read back in.",
  unavailable:
    "The browser gives Unmask no storage here, as in some private windows. Nothing can be kept in this window; save a report instead.",
  closed:
    "Unmask was updated in another window. Nothing is lost: reload this one to go on working.",
  gone: "This is no longer there: it was deleted in another window.",
  invalid: "This cannot be saved as it is.",
  unreadable: "This file could not be read in, and nothing was changed.",
};

/** The store could not do what it was asked; the message is fit for people. */
export class CaseProblem extends Error {
  override name = "CaseProblem";
  readonly kind: ProblemKind;

  /** @param detail what exactly, where the kind does not say it: a whole sentence. */
  constructor(kind: ProblemKind, detail = "", options?: ErrorOptions) {
    super(detail ? `${words[kind]} ${detail}` : words[kind], options);
    this.kind = kind;
  }
}

/** Dexie wraps what the browser says, sometimes twice; the innermost name tells most. */
const kindByName: Record<string, ProblemKind> = {
  QuotaExceededError: "full",
  VersionError: "newer",
  MissingAPIError: "unavailable",
  SecurityError: "unavailable",
  InvalidAccessError: "unavailable",
  DatabaseClosedError: "closed",
  InvalidStateError: "closed",
};

export function problemOf(error: unknown): CaseProblem {
  if (error instanceof CaseProblem) return error;
  const names = namesOf(error);
  // An open that failed closes the database as well: the reason is deeper.
  const known = names.toReversed().find((name) => name in kindByName);
  return new CaseProblem((known && kindByName[known]) || "damaged", detailOf(error), {
    cause: error,
  });
}

function namesOf(error: unknown): string[] {
  const names: string[] = [];
  for (let at = error; at instanceof Error || at instanceof DOMException; at = innerOf(at)) {
    names.push(at.name);
    if (names.length > 8) break;
  }
  return names;
}

const innerOf = (error: object): unknown => ("inner" in error ? error.inner : undefined);

/** The browser's own words help whoever is asked for help. */
function detailOf(error: unknown): string {
  const names = namesOf(error);
  if (names.some((name) => name in kindByName)) return "";
  const message = error instanceof Error ? error.message : String(error);
  return message ? `Reported: ${message.slice(0, 200)}` : "";
}
