// Reader of PyTorch's legacy checkpoint format (before 1.6: four pickles, then raw storages). A
// pickle is a program; this interprets only the opcodes that a state dict of CPU float and long
// tensors needs, and knows three globals, so that a hostile file can do nothing.

export interface TorchTensor {
  shape: number[];
  data: Float32Array;
}

export class CheckpointError extends Error {
  override name = "CheckpointError";
}

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** Where a tensor's numbers lie; storages follow the pickles in the file. */
interface Storage {
  key: string;
  type: "float32" | "int64";
  length: number;
}

interface LazyTensor {
  storage: Storage;
  offset: number;
  shape: number[];
  strides: number[];
}

class Global {
  constructor(readonly name: string) {}
}

const MARK = Symbol("mark");
type Value = unknown;

class PickleReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Interprets one pickle, leaving `position` behind its STOP. */
  read(): Value {
    const stack: Value[] = [];
    const memo = new Map<number, Value>();
    const popMark = (): Value[] => {
      const at = stack.lastIndexOf(MARK);
      if (at < 0) throw new CheckpointError("pickle: no mark on the stack");
      const items = stack.splice(at);
      return items.slice(1);
    };
    const top = (): Value => {
      if (stack.length === 0) throw new CheckpointError("pickle: empty stack");
      return stack[stack.length - 1];
    };
    const pop = (): Value => {
      const value = top();
      stack.pop();
      return value;
    };
    for (;;) {
      const opcode = this.byte();
      switch (opcode) {
        case 0x80: // PROTO
          if (this.byte() !== 2) throw new CheckpointError("pickle: protocol is not 2");
          break;
        case 0x2e: // STOP
          return pop();
        case 0x28: // MARK
          stack.push(MARK);
          break;
        case 0x7d: // EMPTY_DICT
          stack.push(new Map());
          break;
        case 0x29: // EMPTY_TUPLE
          stack.push([]);
          break;
        case 0x5d: // EMPTY_LIST
          stack.push([]);
          break;
        case 0x65: {
          // APPENDS
          const items = popMark();
          (asTuple(top()) as Value[]).push(...items);
          break;
        }
        case 0x74: // TUPLE
          stack.push(popMark());
          break;
        case 0x85: // TUPLE1
          stack.push([pop()]);
          break;
        case 0x86: {
          // TUPLE2
          const second = pop();
          stack.push([pop(), second]);
          break;
        }
        case 0x4e: // NONE
          stack.push(null);
          break;
        case 0x88: // NEWTRUE
          stack.push(true);
          break;
        case 0x89: // NEWFALSE
          stack.push(false);
          break;
        case 0x4b: // BININT1
          stack.push(this.byte());
          break;
        case 0x4d: // BININT2
          stack.push(this.byte() | (this.byte() << 8));
          break;
        case 0x4a: // BININT
          stack.push(this.int32());
          break;
        case 0x8a: // LONG1
          stack.push(this.long(this.byte()));
          break;
        case 0x58: // BINUNICODE
          stack.push(this.text(this.int32()));
          break;
        case 0x63: // GLOBAL
          stack.push(new Global(`${this.line()}.${this.line()}`));
          break;
        case 0x71: // BINPUT
          memo.set(this.byte(), top());
          break;
        case 0x72: // LONG_BINPUT
          memo.set(this.int32(), top());
          break;
        case 0x68: // BINGET
          stack.push(recall(memo, this.byte()));
          break;
        case 0x6a: // LONG_BINGET
          stack.push(recall(memo, this.int32()));
          break;
        case 0x73: {
          // SETITEM
          const value = pop();
          const key = pop();
          asMap(top()).set(key, value);
          break;
        }
        case 0x75: {
          // SETITEMS
          const items = popMark();
          const map = asMap(top());
          for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i], items[i + 1]);
          break;
        }
        case 0x51: // BINPERSID
          stack.push(storageOf(asTuple(pop())));
          break;
        case 0x52: {
          // REDUCE
          const args = asTuple(pop());
          stack.push(construct(pop(), args));
          break;
        }
        case 0x62: // BUILD: only an OrderedDict's own attributes (`_metadata`), not needed
          pop();
          asMap(top());
          break;
        default:
          throw new CheckpointError(`pickle: opcode 0x${opcode.toString(16)} is not allowed`);
      }
    }
  }

  /** Little-endian int64 that must fit a double exactly. */
  int64(): number {
    this.need(8);
    const value = Number(this.view.getBigInt64(this.position, true));
    this.position += 8;
    return value;
  }

  floats(length: number): Float32Array {
    this.need(length * 4);
    const start = this.bytes.byteOffset + this.position;
    this.position += length * 4;
    return new Float32Array(this.bytes.buffer.slice(start, start + length * 4));
  }

  skip(bytes: number): void {
    this.need(bytes);
    this.position += bytes;
  }

  private need(bytes: number): void {
    if (bytes < 0 || this.position + bytes > this.bytes.length)
      throw new CheckpointError("the checkpoint is truncated");
  }

  private byte(): number {
    this.need(1);
    return this.view.getUint8(this.position++);
  }

  private int32(): number {
    this.need(4);
    const value = this.view.getInt32(this.position, true);
    this.position += 4;
    return value;
  }

  private long(length: number): bigint {
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.byte()) << BigInt(8 * i);
    return length > 0 && value >> BigInt(8 * length - 1)
      ? value - (1n << BigInt(8 * length))
      : value;
  }

  private text(length: number): string {
    this.need(length);
    const text = new TextDecoder().decode(
      this.bytes.subarray(this.position, this.position + length),
    );
    this.position += length;
    return text;
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new CheckpointError("the checkpoint is truncated");
    const text = this.text(end - this.position);
    this.position = end + 1;
    return text;
  }
}

function recall(memo: Map<number, Value>, key: number): Value {
  if (!memo.has(key)) throw new CheckpointError(`pickle: memo ${key} is empty`);
  return memo.get(key);
}

function asMap(value: Value): Map<Value, Value> {
  if (value instanceof Map) return value;
  throw new CheckpointError("pickle: a dictionary was expected");
}

function asTuple(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  throw new CheckpointError("pickle: a tuple was expected");
}

function asNumbers(value: Value): number[] {
  return asTuple(value).map((item) => {
    if (typeof item !== "number") throw new CheckpointError("pickle: a number was expected");
    return item;
  });
}

/** `('storage', storage type, key, location, length, view)` */
function storageOf(id: readonly Value[]): Storage {
  const [kind, type, key, , length, view] = id;
  if (kind !== "storage" || typeof key !== "string" || typeof length !== "number" || view !== null)
    throw new CheckpointError("pickle: unknown persistent id");
  const name = type instanceof Global ? type.name : String(type);
  if (name === "torch.FloatStorage") return { key, type: "float32", length };
  if (name === "torch.LongStorage") return { key, type: "int64", length };
  throw new CheckpointError(`pickle: storage type ${name} is not supported`);
}

function construct(callee: Value, args: readonly Value[]): Value {
  const name = callee instanceof Global ? callee.name : String(callee);
  if (name === "collections.OrderedDict" && args.length === 0) return new Map();
  if (name === "torch._utils._rebuild_tensor_v2") {
    const [storage, offset, shape, strides] = args;
    return {
      storage: storage as Storage,
      offset: Number(offset),
      shape: asNumbers(shape),
      strides: asNumbers(strides),
    } satisfies LazyTensor;
  }
  throw new CheckpointError(`pickle: ${name} is not allowed`);
}

/** Copies a strided view into row-major order. */
function gather({ shape, strides, offset }: LazyTensor, storage: Float32Array): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = new Float32Array(size);
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < size; to++) {
    if (from < 0 || from >= storage.length)
      throw new CheckpointError("a tensor reaches outside its storage");
    data[to] = storage[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      from -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return data;
}

/**
 * Reads the float tensors of a legacy state dict, by name; integer tensors (batch counters) are
 * left out.
 *
 * @throws CheckpointError if the file is not such a checkpoint or asks for anything else.
 */
export function readLegacyCheckpoint(bytes: Uint8Array): Map<string, TorchTensor> {
  const reader = new PickleReader(bytes, 0);
  if (reader.read() !== MAGIC_NUMBER) throw new CheckpointError("not a legacy PyTorch checkpoint");
  if (reader.read() !== PROTOCOL_VERSION) throw new CheckpointError("unknown protocol version");
  const system = asMap(reader.read());
  if (system.get("little_endian") !== true) throw new CheckpointError("big-endian checkpoint");
  const state = asMap(reader.read()) as Map<string, LazyTensor>;
  const keys = asTuple(reader.read()) as string[];

  const storages = new Map<string, Storage>();
  for (const { storage } of state.values()) storages.set(storage.key, storage);
  const numbers = new Map<string, Float32Array>();
  for (const key of keys) {
    const storage = storages.get(key);
    const length = reader.int64();
    if (!storage || storage.length !== length)
      throw new CheckpointError(`storage ${key} does not match its tensor`);
    if (storage.type === "float32") numbers.set(key, reader.floats(length));
    else reader.skip(length * 8);
  }

  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of state) {
    const storage = numbers.get(tensor.storage.key);
    if (!storage) continue;
    tensors.set(name, { shape: tensor.shape, data: gather(tensor, storage) });
  }
  return tensors;
}
