/** What the scan page tells the command line that opened it, through a function the latter exposes. */
import type { DetectorDescription } from "../../model/detector/types";
import type { Scanned } from "./scanner";

export const bridgeName = "unmaskScanBridge";

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
