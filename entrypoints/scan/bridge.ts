/** What the scan page tells the command line that opened it, through a function the latter exposes. */
import type { DetectorDescription } from "../../model/detector/types";
import type { Scanned } from "./scanner";

export const bridgeName = "unmaskScanBridge";
/** Where the command line leaves, by a file's `id`, the moments of a video that it wants looked at. */
export const momentsName = "unmaskScanMoments";

/** `id` counts the files in the order they were put into the page's file field, from 0. */
export type BridgeMessage =
  | { type: "ready"; description: DetectorDescription }
  | { type: "failed"; message: string }
  | { type: "started"; id: number }
  /** One more frame of a video is done. */
  | { type: "frame"; id: number }
  | { type: "scanned"; id: number; scanned: Scanned };

type Bridge = (message: BridgeMessage) => Promise<void>;

/** Null where a person opened the page. */
export function findBridge(): Bridge | null {
  const found = (globalThis as Record<string, unknown>)[bridgeName];
  return typeof found === "function" ? (found as Bridge) : null;
}

/** Seconds; undefined where nobody asked for certain ones. */
export function momentsAsked(id: number): readonly number[] | undefined {
  const asked = (globalThis as Record<string, unknown>)[momentsName];
  return (asked as Record<number, number[]> | undefined)?.[id];
}

/**
 * The same without the maps, which are most of it; evidence keeps its own, for who opens the report's
 * JSON in the extension.
 */
export function withoutMaps(scanned: Scanned): Scanned {
  const { verdict } = scanned;
  return {
    ...scanned,
    verdict: {
      ...verdict,
      faces: verdict.faces.map(({ map: _, ...face }) => face),
      ...(verdict.frames && {
        frames: verdict.frames.map((frame) => ({
          ...frame,
          faces: frame.faces.map(({ map: _, ...face }) => face),
        })),
      }),
    },
  };
}
