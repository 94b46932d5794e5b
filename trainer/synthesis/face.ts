// A face on its way through synthesis: a square piece of the picture at its own resolution, so that
// blending and compression happen before the crop is resampled, as they do in the world.
import { type Box, type Pixels, resampleSquare } from "../../model/student/crop";

export interface Face {
  /** RGB, `size * size * 3`. */
  data: Uint8ClampedArray;
  size: number;
  /** The detector's box in this piece. */
  box: Box;
  /** `[468, 2]` in pixels of this piece, where they are known. */
  landmarks?: Float32Array;
}

/** Side of the piece as a multiple of the box: the crop's margin and room for its jitter. */
const PIECE_MARGIN = 1.7;

/**
 * Cuts the square piece around a face, whole pixels, edges repeated outside the picture.
 *
 * @param landmarks in pixels of the picture.
 */
export function cutFace(source: Pixels, box: Box, landmarks?: Float32Array): Face {
  const [bx, by, bw, bh] = box;
  const side = Math.max(bw, bh);
  const size = Math.max(16, Math.round(side * PIECE_MARGIN));
  const left = Math.round(bx + bw / 2 - size / 2);
  const top = Math.round(by + bh / 2 - size / 2);
  const { data, width, height, channels } = source;
  const piece = new Uint8ClampedArray(size * size * 3);
  for (let y = 0, to = 0; y < size; y++) {
    const row = Math.min(Math.max(top + y, 0), height - 1) * width;
    for (let x = 0; x < size; x++, to += 3) {
      const from = (row + Math.min(Math.max(left + x, 0), width - 1)) * channels;
      piece[to] = data[from]!;
      piece[to + 1] = data[from + 1]!;
      piece[to + 2] = data[from + 2]!;
    }
  }
  return {
    data: piece,
    size,
    box: [bx - left, by - top, bw, bh],
    ...(landmarks ? { landmarks: moved(landmarks, left, top) } : {}),
  };
}

function moved(landmarks: Float32Array, left: number, top: number): Float32Array {
  return landmarks.map((value, i) => value - (i % 2 === 0 ? left : top));
}

/** The same face at another size, antialiased. */
export function resizedFace(face: Face, size: number): Face {
  const ratio = size / face.size;
  const [x, y, w, h] = face.box;
  return {
    data: resampleSquare(asPixels(face), { x: 0, y: 0, size: face.size }, size),
    size,
    box: [x * ratio, y * ratio, w * ratio, h * ratio],
    ...(face.landmarks ? { landmarks: face.landmarks.map((value) => value * ratio) } : {}),
  };
}

export function asPixels(face: Face): Pixels {
  return { data: face.data, width: face.size, height: face.size, channels: 3 };
}
