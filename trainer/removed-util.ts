// What tfjs-node 4.22 calls of Node's `util` and Node 23 removed (and Node 22 warns of).
import util from "node:util";

const REMOVED: Record<string, (value: unknown) => boolean> = {
  isArray: Array.isArray,
  isNullOrUndefined: (value) => value === null || value === undefined,
};

/** Call before tfjs-node is loaded. @param target Node's `util`, or what stands for it in a test. */
export function restoreRemovedUtil(target: object = util): void {
  for (const [name, value] of Object.entries(REMOVED))
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
