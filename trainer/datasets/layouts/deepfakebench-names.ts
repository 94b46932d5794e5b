// What DeepfakeBench's labels and video names say about a video: real or not, how it was made, and
// who is in it, in the name spaces of the data sets it was cut from.
// Labels: `preprocessing/rearrange.py` of github.com/SCLBD/DeepfakeBench.
import { celebDfIdentities } from "./celeb-df";
import { deeperForensicsIdentities } from "./deeperforensics";
import { faceForensicsIdentities } from "./faceforensics";

const METHODS: Record<string, string> = {
  "FF-DF": "Deepfakes",
  "FF-F2F": "Face2Face",
  "FF-FS": "FaceSwap",
  "FF-NT": "NeuralTextures",
  "FF-FH": "FaceShifter",
  DFD_fake: "DeepFakeDetection",
  CelebDFv1_fake: "celeb-df-v1",
  CelebDFv2_fake: "celeb-df-v2",
  DFDCP_FakeA: "dfdc-preview-method_A",
  DFDCP_FakeB: "dfdc-preview-method_B",
  DFDC_Fake: "dfdc",
  DF_fake: "deeperforensics",
};

/** Null where the label says neither: it cannot be used. */
export function verdictOf(label: string): { label: "real" | "fake"; generator: string } | null {
  if (/(^|[-_])real$/i.test(label)) return { label: "real", generator: "camera" };
  const method = METHODS[label];
  if (method) return { label: "fake", generator: method };
  return /(^|[-_])fake$/i.test(label) ? { label: "fake", generator: label } : null;
}

/** The data set that a label belongs to. */
export function sourceOf(dataset: string, label: string): string {
  if (label.startsWith("FF-")) return "ffpp";
  if (label.startsWith("DFD_")) return "deepfakedetection";
  if (label.startsWith("DFDCP_")) return "dfdc-preview";
  if (label.startsWith("DFDC_")) return "dfdc";
  if (label.startsWith("DF_")) return "deeperforensics";
  if (label.startsWith("CelebDFv")) return `celeb-df-v${label.charAt("CelebDFv".length)}`;
  return dataset.toLowerCase();
}

/**
 * Never empty: a video whose name tells nobody is its own group. DFDC's file loses the link from a
 * swap to its original, so there groups are no more than videos.
 */
export function identitiesOf(source: string, video: string): string[] {
  return knownIdentities(source, video) ?? [`${source}:${video.replace(/_fake$/i, "")}`];
}

function knownIdentities(source: string, video: string): string[] | null {
  switch (source) {
    case "ffpp":
    case "deepfakedetection":
      return faceForensicsIdentities(video);
    case "celeb-df-v1":
    case "celeb-df-v2":
      return (
        celebDfIdentities("Celeb-synthesis", video) ??
        celebDfIdentities("Celeb-real", video) ??
        celebDfIdentities("YouTube-real", video)
      );
    case "deeperforensics":
      return deeperForensicsIdentities(video) ?? actorOf(video);
    case "dfdc-preview":
      return numbered(video);
    default:
      return null;
  }
}

/** `M004_light_down_happy_camera_front`. */
function actorOf(video: string): string[] | null {
  const actor = /^([MW]\d{3})_/.exec(video)?.[1];
  return actor ? [`deeperforensics:${actor}`] : null;
}

/** `643049_A_001`, `1255229_1260311_C_001`. */
function numbered(video: string): string[] | null {
  const ids = /^(\d+)(?:_(\d+))?_[A-Z]_\d+$/.exec(video)?.slice(1);
  return ids?.filter((id) => id !== undefined).map((id) => `dfdc-preview:${id}`) ?? null;
}
