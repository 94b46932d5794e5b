/**
 * The dedicated worker in which everything heavy happens: decoding, MediaPipe, tfjs. It does one
 * call at a time and announces each step, so that its owner can tell a slow step from a hung one.
 */
import type { BackendName } from "../../model/backend/backend";
import {
  type ChosenBackend,
  ContextLostError,
  chooseBackend,
  dropBackend,
  withContext,
} from "../../model/backend/choose";
import {
  calibrationOf,
  findInFrame,
  findInPicture,
  type Scored,
  scoreFaces,
} from "../../model/detector/detector";
import type {
  DetectorDescription,
  FoundFace,
  FoundFaces,
  PictureAnalysis,
  RgbaPixels,
  ScoredFrame,
  StepTimes,
} from "../../model/detector/types";
import { FaceFinder } from "../../model/faces/face-finder";
import type { RgbaView } from "../../model/faces/pixel-canvas";
import { sha256Hex } from "../../model/package/digest";
import { StudentPackageError } from "../../model/package/error";
import { PACKAGE_FILES } from "../../model/package/student";
import { abstain, pictureVerdict } from "../../model/verdict/picture";
import type { Box, Verdict } from "../../model/verdict/verdict";
import { minScoredFrames } from "../../model/verdict/video";
import { animationFrames } from "./animation";
import { DecodedPicture } from "./decoded-picture";
import { decodePicture, inspectPicture, PictureRefused } from "./picture";
import type { PictureHeader } from "./picture-header";
import { thumbnailsOf } from "./thumbnails";
import { VideoScan } from "./video-scan";
import type { FromWorker, Step, ToWorker } from "./worker-protocol";

const extensionFile = (path: string) => new URL(path, self.location.origin).href;

async function fetchFile(path: string): Promise<Uint8Array> {
  const response = await fetch(extensionFile(path));
  if (!response.ok) throw new Error(`${path} is missing`);
  return new Uint8Array(await response.arrayBuffer());
}

let finder: FaceFinder | null = null;
let chosen: ChosenBackend | null = null;
let excluded: BackendName[] = [];

/** The call under way; steps are announced in its name. */
let currentId = 0;
const reply = (message: FromWorker, transfer: Transferable[] = []) =>
  self.postMessage(message, { transfer });
const step = (name: Step) => reply({ type: "step", id: currentId, step: name });

/** What `start` made; calls come only after it. */
function ready(): { finder: FaceFinder; chosen: ChosenBackend } {
  if (!finder || !chosen) throw new Error("the detector has not started");
  return { finder, chosen };
}

async function start(choice: {
  forced?: BackendName;
  preferred?: BackendName;
}): Promise<DetectorDescription> {
  step("face-finder");
  const [fullRange, shortRange] = await Promise.all([
    fetchFile("mediapipe/face_detection_full_range_sparse.tflite"),
    fetchFile("mediapipe/face_detection_short_range.tflite"),
  ]);
  finder = await FaceFinder.create(
    {
      loader: extensionFile("mediapipe/vision_wasm_module_internal.js"),
      wasm: extensionFile("mediapipe/vision_wasm_module_internal.wasm"),
    },
    { fullRange, shortRange },
  );
  chosen = await chooseStudentBackend(choice);
  return describe();
}

async function chooseStudentBackend(choice: {
  forced?: BackendName;
  preferred?: BackendName;
}): Promise<ChosenBackend> {
  const files = new Map<string, Uint8Array>();
  for (const name of PACKAGE_FILES) {
    try {
      files.set(name, await fetchFile(`student/${name}`));
    } catch {
      throw new StudentPackageError(`the package holds no ${name}`);
    }
  }
  return chooseBackend(files, {
    ...choice,
    wasmFolder: extensionFile("tfjs/"),
    excluded,
    onTry: (name) => step(`backend-${name}`),
  });
}

function describe(): DetectorDescription {
  const { backend, student, probes } = ready().chosen;
  const { name, version, status } = student.card;
  return {
    backend,
    probes,
    model: `${name} ${version}`,
    modelName: name,
    modelVersion: version,
    trained: status === "trained",
    calibration: calibrationOf(student),
  };
}

/** Scores, and once again on another backend if the GPU dropped its context meanwhile. */
async function score(
  found: FoundFaces,
  cropOf: (face: FoundFace & { cut: Box }, index: number) => RgbaView,
  time: number | null,
): Promise<Scored> {
  step("score");
  const { backend, student } = ready().chosen;
  try {
    return await withContext(backend, () => scoreFaces(found, cropOf, time, student));
  } catch (error) {
    if (!(error instanceof ContextLostError)) throw error;
  }
  excluded = [...excluded, backend];
  dropBackend(backend);
  chosen = await chooseStudentBackend({});
  reply({ type: "description", description: describe() });
  step("score");
  return scoreFaces(found, cropOf, time, chosen.student);
}

async function analysePicture(
  bytes: ArrayBuffer,
  knownSha256: string | undefined,
): Promise<PictureAnalysis> {
  step("hash");
  const sha256 = knownSha256 ?? (await sha256Hex(new Uint8Array(bytes)));
  const times: StepTimes = { decodeMs: 0, facesMs: 0, cropMs: 0, studentMs: 0 };
  try {
    const header = inspectPicture(new Uint8Array(bytes));
    const moving = await analyseAnimation(bytes, header, times);
    const { verdict, frame, thumbnails } = moving ?? (await analyseStill(bytes, header, times));
    const { width, height } = frame;
    return { verdict, frame, thumbnails, width, height, sha256, times };
  } catch (error) {
    if (!(error instanceof PictureRefused)) throw error;
    const { reason, message, width, height } = error;
    return {
      verdict: abstain(reason, describe().model, message),
      frame: { time: null, width, height, faces: [] },
      thumbnails: [],
      width,
      height,
      sha256,
      times,
    };
  }
}

type Judged = ScoredFrame & { verdict: Verdict };

async function analyseStill(
  bytes: ArrayBuffer,
  header: PictureHeader,
  times: StepTimes,
): Promise<Judged> {
  step("decode");
  const from = performance.now();
  const picture = await decodePicture(bytes, header);
  times.decodeMs = performance.now() - from;
  try {
    const scored = await analyse(picture, null, times);
    const { calibration, model } = describe();
    return { ...scored, verdict: pictureVerdict(scored.frame, calibration, model) };
  } finally {
    picture.close();
  }
}

/** An animated picture as the short video it is; null where it is (or can only be read as) a still. */
async function analyseAnimation(
  bytes: ArrayBuffer,
  header: PictureHeader,
  times: StepTimes,
): Promise<Judged | null> {
  const scan = new VideoScan(describe());
  const frames: ScoredFrame[] = [];
  let result: ReturnType<VideoScan["add"]> | null = null;
  step("decode");
  let from = performance.now();
  for await (const { frame, time } of animationFrames(bytes, header)) {
    times.decodeMs += performance.now() - from;
    const picture = new DecodedPicture(frame);
    try {
      const scored = await analyse(picture, time, times);
      frames.push(scored);
      result = scan.add(scored);
    } finally {
      picture.close();
    }
    step("decode");
    from = performance.now();
  }
  const [first] = frames;
  // Over fewer frames no verdict may be strong: better to judge the first one as a picture.
  if (!first || !result || frames.length < minScoredFrames) return null;
  const { frames: _, ...verdict } = result.verdict;
  // The first frame stands for the whole where one frame is asked for.
  return { verdict, thumbnails: result.thumbnails, frame: { ...first.frame, time: null } };
}

async function analyse(
  picture: DecodedPicture,
  time: number | null,
  times?: StepTimes,
): Promise<ScoredFrame> {
  step("faces");
  const from = performance.now();
  const { finder: faceFinder, chosen: at } = ready();
  const found = findInPicture(picture, faceFinder, at.student);
  const facesMs = performance.now() - from;
  const { frame, cropMs, studentMs } = await score(found, ({ cut }) => picture.cut(cut), time);
  if (times) {
    times.facesMs += facesMs;
    times.cropMs += cropMs;
    times.studentMs += studentMs;
  }
  step("thumbnails");
  const thumbnails = await thumbnailsOf(
    frame.faces.flatMap(({ logit, square }) =>
      logit !== null && square ? [(px: number) => picture.view(square, px, px)] : [],
    ),
  );
  return { frame, thumbnails };
}

function findFaces(reduced: RgbaPixels, width: number, height: number): FoundFaces {
  step("faces");
  const { finder: faceFinder, chosen: at } = ready();
  const picture = DecodedPicture.fromPixels(reduced);
  return findInFrame(picture, width, height, faceFinder, at.student);
}

async function scoreCrops(
  found: FoundFaces,
  crops: RgbaPixels[],
  time: number,
): Promise<ScoredFrame> {
  const wanted = found.faces.filter(({ cut }) => cut);
  if (crops.length !== wanted.length)
    throw new RangeError(`${crops.length} crops for ${wanted.length} faces`);
  const { frame } = await score(
    found,
    (_, index) => {
      const { width, height, rgba } = crops[index] as RgbaPixels;
      return { width, height, data: new Uint8ClampedArray(rgba) };
    },
    time,
  );
  step("thumbnails");
  const thumbnails = await thumbnailsOf(
    frame.faces.flatMap(({ logit, box }) => {
      const index = wanted.findIndex((face) => face.box === box);
      const { square, cut } = wanted[index] ?? {};
      if (logit === null || !square || !cut) return [];
      return [(px: number) => lookAtCrop(crops[index] as RgbaPixels, square, cut, px)];
    }),
  );
  return { frame, thumbnails };
}

function lookAtCrop(crop: RgbaPixels, square: Box, cut: Box, px: number): RgbaView {
  const across = crop.width / cut[2];
  const down = crop.height / cut[3];
  return DecodedPicture.fromPixels(crop).view(
    [
      (square[0] - cut[0]) * across,
      (square[1] - cut[1]) * down,
      square[2] * across,
      square[3] * down,
    ],
    px,
    px,
  );
}

async function answer(message: ToWorker): Promise<unknown> {
  switch (message.call) {
    case "start":
      excluded = message.in.excluded;
      return start(message.in);
    case "picture":
      return analysePicture(message.in.bytes, message.in.sha256);
    case "find":
      return findFaces(message.in.reduced, message.in.width, message.in.height);
    case "score":
      return scoreCrops(message.in.found, message.in.crops, message.in.time);
  }
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data;
  currentId = id;
  try {
    const out = (await answer(data)) as Extract<FromWorker, { type: "result" }>["out"];
    reply({ type: "result", id, out });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ type: "error", id, message, permanent: error instanceof StudentPackageError });
  }
};
