// Parts of a face by the points of MediaPipe's mesh (model/faces/face-mesh): outlines that a forger
// would replace, and the triangles that a face is warped by.
import { FaceLandmarker } from "@mediapipe/tasks-vision";

export type Point = readonly [x: number, y: number];

/** Round the openings of the mesh, in order. */
const LEFT_EYE = [157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 33, 246, 161, 160, 159, 158];
const RIGHT_EYE = [387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386];
const INNER_LIPS = [
  14, 87, 178, 88, 95, 78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317,
];
const OUTER_LIPS = [
  61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
];
const BROWS = [
  70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285,
];
const NOSE = [168, 193, 417, 48, 64, 98, 97, 2, 326, 327, 294, 278, 4];
const UPPER_OVAL = [127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356];
/** From one ear over the chin to the other. */
const JAW = [
  234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323,
  454,
];
/** The lids' shadow under each eye. */
const UNDER_EYES = [230, 231, 232, 450, 451, 452];

/** A region is the hull of its points. */
const REGIONS = {
  face: [...UPPER_OVAL, ...JAW],
  innerFace: [...BROWS, ...NOSE, ...OUTER_LIPS, ...UNDER_EYES],
  lowerFace: [...JAW, 4, 98, 327],
  mouth: OUTER_LIPS,
  eyes: [...BROWS, ...LEFT_EYE, ...RIGHT_EYE, ...UNDER_EYES],
  nose: NOSE,
} as const satisfies Record<string, readonly number[]>;

export type FaceRegion = keyof typeof REGIONS;

/** @param landmarks `[468, 2]`. @returns the region's convex hull. */
export function regionHull(landmarks: Float32Array, region: FaceRegion): Point[] {
  return convexHull(REGIONS[region].map((i) => pointAt(landmarks, i)));
}

/** @param points numbers of mesh points; three or more. */
export function hullOf(landmarks: Float32Array, points: readonly number[]): Point[] {
  return convexHull(points.map((i) => pointAt(landmarks, i)));
}

function pointAt(landmarks: Float32Array, i: number): Point {
  return [landmarks[2 * i]!, landmarks[2 * i + 1]!];
}

/** Andrew's monotone chain. */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (ordered: readonly Point[]) => {
    const half: Point[] = [];
    for (const point of ordered) {
      while (half.length >= 2 && turn(half.at(-2)!, half.at(-1)!, point) <= 0) half.pop();
      half.push(point);
    }
    return half.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.toReversed())];
}

function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** The mesh with its openings (eyes and mouth) closed by fans, three points a triangle. */
export const MESH_TRIANGLES: Uint16Array = Uint16Array.from([
  // The library lists each triangle by its three sides.
  ...FaceLandmarker.FACE_LANDMARKS_TESSELATION.map(({ start }) => start),
  ...[LEFT_EYE, RIGHT_EYE, INNER_LIPS].flatMap(fan),
]);

function fan([first, ...others]: readonly number[]): number[] {
  return others.slice(1).flatMap((point, i) => [first as number, point, others[i] as number]);
}

/** A few points over the whole face, by which poses are compared. */
const POSE_POINTS = [10, 152, 234, 454, 33, 133, 362, 263, 1, 168, 61, 291, 0, 17, 70, 300];

/**
 * How differently two faces are turned and shaped: mean distance of a few points after both were
 * centred and brought to one size, in units of the face's size.
 */
export function poseDistance(a: Float32Array, b: Float32Array): number {
  const [pointsA, pointsB] = [poseOf(a), poseOf(b)];
  let sum = 0;
  for (let i = 0; i < pointsA.length; i += 2) {
    sum += Math.hypot(pointsA[i]! - pointsB[i]!, pointsA[i + 1]! - pointsB[i + 1]!);
  }
  return (2 * sum) / pointsA.length;
}

function poseOf(landmarks: Float32Array): Float32Array {
  const points = Float32Array.from(POSE_POINTS.flatMap((i) => pointAt(landmarks, i)));
  for (const axis of [0, 1]) {
    let mean = 0;
    for (let i = axis; i < points.length; i += 2) mean += points[i]!;
    mean /= POSE_POINTS.length;
    for (let i = axis; i < points.length; i += 2) points[i]! -= mean;
  }
  const size = Math.sqrt(points.reduce((sum, value) => sum + value * value, 0));
  return points.map((value) => value / (size || 1));
}
