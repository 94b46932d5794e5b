/** What passes between a page and its detector worker. Both are ours, so nothing is validated. */
import type { BackendName } from "../../model/backend/backend";
import type {
  DetectorDescription,
  FoundFaces,
  PictureAnalysis,
  RgbaPixels,
  ScoredFrame,
} from "../../model/detector/types";

/** Every call by its name: arguments and result. */
export interface Calls {
  start: {
    in: { forced?: BackendName; preferred?: BackendName; excluded: BackendName[] };
    out: DetectorDescription;
  };
  picture: { in: { bytes: ArrayBuffer; sha256?: string }; out: PictureAnalysis };
  find: { in: { reduced: RgbaPixels; width: number; height: number }; out: FoundFaces };
  score: { in: { found: FoundFaces; crops: RgbaPixels[]; time: number }; out: ScoredFrame };
}
export type CallName = keyof Calls;

/** The parts of a call that have a deadline of their own. */
export type Step =
  | "face-finder"
  | `backend-${BackendName}`
  | "hash"
  | "decode"
  | "faces"
  | "score"
  | "thumbnails";

export type ToWorker = { [N in CallName]: { id: number; call: N; in: Calls[N]["in"] } }[CallName];

export type FromWorker =
  | { type: "step"; id: number; step: Step }
  | { type: "result"; id: number; out: Calls[CallName]["out"] }
  /** `permanent`: starting again would not help (a damaged student package). */
  | { type: "error"; id: number; message: string; permanent: boolean }
  /** The backend was replaced on the way. */
  | { type: "description"; description: DetectorDescription };
