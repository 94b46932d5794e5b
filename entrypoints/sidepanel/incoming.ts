/** Files dropped or pasted anywhere in the workbench, and pictures dragged out of a page. */
import { useEffect, useRef, useState } from "preact/hooks";

export interface Incoming {
  files(files: File[]): void;
  /** A picture that a program put on the clipboard. */
  pasted(picture: Blob): void;
  /** Of a picture dragged from a page, where the browser gives its address only. */
  address(url: string): void;
}

/** @returns whether something is being dragged over the workbench */
export function useIncoming(incoming: Incoming): boolean {
  const latest = useRef(incoming);
  latest.current = incoming;
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const unmounted = new AbortController();
    const options = { signal: unmounted.signal };
    const over = (event: DragEvent) => {
      if (!event.dataTransfer || !isUsable(event.dataTransfer)) return;
      // Without this the browser would open the file in place of the workbench.
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      setIsOver(false);
      if (!event.dataTransfer || !isUsable(event.dataTransfer)) return;
      event.preventDefault();
      const files = [...event.dataTransfer.files];
      const url = files.length > 0 ? null : draggedAddress(event.dataTransfer);
      if (files.length > 0) latest.current.files(files);
      else if (url) latest.current.address(url);
    };
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      // Pixels on the clipboard come as one nameless picture, copied files with their names.
      const [only] = files;
      if (files.length === 1 && only && isClipboardPixels(only)) latest.current.pasted(only);
      else latest.current.files(files);
    };
    document.addEventListener("dragover", over, options);
    document.addEventListener("dragleave", leave, options);
    document.addEventListener("drop", drop, options);
    document.addEventListener("paste", paste, options);
    return () => unmounted.abort();
  }, []);
  return isOver;
}

function isUsable({ types }: DataTransfer): boolean {
  return types.includes("Files") || types.includes("text/uri-list");
}

/** Browsers call the pixels of a copied picture so. */
function isClipboardPixels({ name, type }: File): boolean {
  return name === "image.png" && type === "image/png";
}

/** Address of a dragged picture: a picture inside a link is dragged with the link's address. */
function draggedAddress(data: DataTransfer): string | null {
  const html = new DOMParser().parseFromString(data.getData("text/html"), "text/html");
  const source = html.querySelector("img")?.getAttribute("src") ?? "";
  const listed = data.getData("text/uri-list").split(/\r?\n/);
  const first = listed.find((line) => line !== "" && !line.startsWith("#")) ?? "";
  return [source, first].find((url) => /^https?:/i.test(url)) ?? null;
}
