// Scalars for TensorBoard, written by TensorFlow's own event writer, which the native library has.
import { createRequire } from "node:module";
import { tidy } from "@tensorflow/tfjs-core";

/** The part of tfjs-node's `SummaryFileWriter` that is used. */
interface SummaryWriter {
  scalar(name: string, value: number, step: number): void;
  flush(): void;
}

interface NativeLibrary {
  node: { summaryFileWriter(folder: string): SummaryWriter };
}

export class EventLog {
  private readonly writer: SummaryWriter;

  /** @param folder gets another event file for every time a run goes on. The backend is up. */
  constructor(folder: string) {
    const library = createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu") as NativeLibrary;
    this.writer = library.node.summaryFileWriter(folder);
  }

  /** Writes every number in `values`, nested ones under `outer/inner`; what is not finite is left out. */
  write(values: object, step: number): void {
    tidy(() => this.each(values, "", step));
  }

  flush(): void {
    this.writer.flush();
  }

  private each(values: object, prefix: string, step: number): void {
    for (const [name, value] of Object.entries(values))
      if (typeof value === "object" && value !== null) this.each(value, `${prefix}${name}/`, step);
      else if (Number.isFinite(value)) this.writer.scalar(`${prefix}${name}`, value, step);
  }
}
