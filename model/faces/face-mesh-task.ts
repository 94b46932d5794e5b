/**
 * Packs MediaPipe's two published networks into the `.task` that its FaceLandmarker loads. The face
 * mesh gives 468 points; FaceLandmarker reads 478 (the newer network adds ten on the irises) and
 * takes a shorter output apart at the wrong places. So the last layer is widened with zeros: the
 * 468 points stay what they were, and the ten after them mean nothing.
 */
import { zipSync } from "fflate";

const meshPoints = 468;
const taskPoints = 478;
const meshValues = meshPoints * 3;
const taskValues = taskPoints * 3;
/** TensorFlow Lite wants the numbers of a buffer aligned so, bytes. */
const bufferAlignment = 16;

/** Slots of the tables in TensorFlow Lite's `schema.fbs`. */
const slots = {
  model: { subgraphs: 2, buffers: 4 },
  subgraph: { tensors: 0 },
  tensor: { shape: 0, buffer: 2 },
  buffer: { data: 0 },
} as const;

/**
 * @param detector bytes of `face_detection_short_range.tflite`.
 * @param mesh bytes of `face_landmark.tflite`.
 * @throws RangeError if `mesh` is not that network.
 */
export function faceMeshTask(detector: Uint8Array, mesh: Uint8Array): Uint8Array {
  const files = {
    "face_detector.tflite": detector,
    "face_landmarks_detector.tflite": widenedMesh(mesh),
  };
  // MediaPipe maps the files where they lie in the archive: they must be stored as they are.
  return zipSync(files, { level: 0 });
}

/** The same network with room for 478 points in every tensor that has 468. */
function widenedMesh(mesh: Uint8Array): Uint8Array {
  const file = new FlatBuffer(mesh);
  if (file.identifier !== "TFL3") throw new RangeError("the face mesh is no .tflite file");
  const model = file.root;
  const buffers = file.vector(model, slots.model.buffers);
  let outputs = 0;
  const widened = new Set<number>();
  for (const subgraph of file.vector(model, slots.model.subgraphs)) {
    for (const tensor of file.vector(subgraph, slots.subgraph.tensors)) {
      const shape = file.place(tensor, slots.tensor.shape);
      if (shape === null || !file.replaceInShape(shape, meshValues, taskValues)) continue;
      outputs++;
      const index = file.place(tensor, slots.tensor.buffer);
      const buffer = index === null ? undefined : buffers[file.uint32(index)];
      if (buffer === undefined || widened.has(buffer)) continue;
      widened.add(buffer);
      file.enlarge(buffer, slots.buffer.data, meshValues, taskValues);
    }
  }
  if (outputs === 0) throw new RangeError(`the face mesh has no layer of ${meshPoints} points`);
  return file.bytes;
}

/** As much of FlatBuffers as finding and enlarging vectors takes. */
class FlatBuffer {
  bytes: Uint8Array;
  #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes.slice();
    this.#view = new DataView(this.bytes.buffer);
  }

  get identifier(): string {
    return String.fromCharCode(...this.bytes.subarray(4, 8));
  }

  get root(): number {
    return this.#follow(0);
  }

  uint32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /** Where a table keeps a field; null if it has none. */
  place(table: number, slot: number): number | null {
    const vtable = table - this.#view.getInt32(table, true);
    const entry = 4 + 2 * slot;
    if (entry >= this.#view.getUint16(vtable, true)) return null;
    const offset = this.#view.getUint16(vtable + entry, true);
    return offset === 0 ? null : table + offset;
  }

  /** The tables of a vector of tables. */
  vector(table: number, slot: number): number[] {
    const field = this.place(table, slot);
    if (field === null) return [];
    const start = this.#follow(field);
    return Array.from({ length: this.uint32(start) }, (_, i) => this.#follow(start + 4 + 4 * i));
  }

  /** @returns whether the shape holds `from`, or did until it was replaced for another tensor. */
  replaceInShape(field: number, from: number, to: number): boolean {
    const start = this.#follow(field);
    let found = false;
    for (let i = 0; i < this.uint32(start); i++) {
      const at = start + 4 + 4 * i;
      if (this.uint32(at) === from) this.#view.setUint32(at, to, true);
      found ||= this.uint32(at) === to;
    }
    return found;
  }

  /**
   * Moves a vector of bytes that holds `from` equal parts to the end of the file and fills it up
   * with zeros to `to` parts; an empty one stays.
   */
  enlarge(table: number, slot: number, from: number, to: number): void {
    const field = this.place(table, slot);
    if (field === null) return;
    const start = this.#follow(field);
    const length = this.uint32(start);
    if (length === 0) return;
    const wanted = (length / from) * to;
    const padding = bufferAlignment - ((this.bytes.length + 4) % bufferAlignment);
    const moved = this.bytes.length + padding;
    const grown = new Uint8Array(moved + 4 + wanted);
    grown.set(this.bytes);
    grown.copyWithin(moved + 4, start + 4, start + 4 + length);
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
    this.#view.setUint32(moved, wanted, true);
    this.#view.setUint32(field, moved - field, true);
  }

  #follow(at: number): number {
    return at + this.uint32(at);
  }
}
