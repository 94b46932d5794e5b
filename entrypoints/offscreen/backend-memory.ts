/**
 * Which backend won the last probe on this machine. The offscreen document closes when idle and
 * opens again minutes later; compiling WebGL shaders each time only to compare would make every
 * first picture wait.
 */
import * as v from "valibot";
import { backendNames } from "../../model/backend/backend";
import type { DetectorDescription } from "../../model/detector/types";

const key = "backend";
/** Drivers, graphics cards and what else runs on a machine change; a day is a fair while. */
const lifetimeMs = 24 * 60 * 60_000;

const schema = v.object({
  backend: v.picklist(backendNames),
  /** A browser update may change what is fastest. */
  browser: v.string(),
  at: v.number(),
});

/** Undefined where nothing is remembered, or no longer to be trusted. */
export function recallBackend() {
  try {
    const stored = v.parse(schema, JSON.parse(localStorage.getItem(key) ?? "null"));
    const age = Date.now() - stored.at;
    const fresh = age >= 0 && age < lifetimeMs && stored.browser === navigator.userAgent;
    return fresh ? stored.backend : undefined;
  } catch {
    // Nothing or nonsense is stored, or storage is closed to us.
    return undefined;
  }
}

/** Only a comparison is worth remembering: a lone candidate has won nothing. */
export function rememberBackend({ backend, probes }: DetectorDescription) {
  if (probes.length < 2) return;
  try {
    const entry = { backend, browser: navigator.userAgent, at: Date.now() };
    localStorage.setItem(key, JSON.stringify(entry));
  } catch {
    // Without storage the probe runs each time.
  }
}
