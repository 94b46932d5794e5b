/** Hands a file that was made here to the browser's own download. */
import type { MadeFile } from "../../entrypoints/shared/cases/desk";

/** Long enough for the browser to begin; the bytes are held until then. */
const holdMs = 60_000;

export function saveFile({ name, content }: MadeFile): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), holdMs);
}
