/**
 * A face, drawn on a canvas rather than as an `img`: in the card it stands in a hostile page, whose
 * content policy may refuse `data:` pictures, and a canvas needs nobody's leave.
 */
import { useEffect, useRef } from "preact/hooks";
import type { CoarseMap } from "../model/verdict/verdict";
import { heatPixels } from "./heat";

/** Side of the canvas in device pixels: twice its usual size on screen. */
const sidePx = 152;

interface Props {
  /** `data:image/…;base64,…`, the square that the student saw; absent where there is none. */
  source: string | undefined;
  label: string;
  /** Drawn over the face where given. */
  map?: CoarseMap | undefined;
}

export function FaceThumbnail({ source, label, map }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const stale = new AbortController();
    void draw(context, source, map, stale.signal);
    return () => stale.abort();
  }, [source, map]);
  return (
    <canvas
      ref={canvas}
      class="face"
      width={sidePx}
      height={sidePx}
      role="img"
      aria-label={label}
    />
  );
}

async function draw(
  context: CanvasRenderingContext2D,
  source: string | undefined,
  map: CoarseMap | undefined,
  signal: AbortSignal,
) {
  const face = source ? await decode(source) : null;
  if (signal.aborted) return face?.close();
  context.clearRect(0, 0, sidePx, sidePx);
  if (!face) return drawSilhouette(context);
  const side = Math.min(face.width, face.height);
  const [x, y] = [(face.width - side) / 2, (face.height - side) / 2];
  context.imageSmoothingQuality = "high";
  context.drawImage(face, x, y, side, side, 0, 0, sidePx, sidePx);
  face.close();
  if (map) drawHeat(context, map);
}

/** Null where the picture is not base64 or does not decode. */
async function decode(source: string): Promise<ImageBitmap | null> {
  const match = /^data:(image\/[\w.+-]+);base64,(.+)$/s.exec(source);
  if (!match?.[2]) return null;
  try {
    const bytes = Uint8Array.from(atob(match[2]), (character) => character.charCodeAt(0));
    return await createImageBitmap(new Blob([bytes], { type: match[1] ?? "" }));
  } catch {
    return null;
  }
}

function drawHeat(context: CanvasRenderingContext2D, map: CoarseMap) {
  const pixels = heatPixels(map);
  if (!pixels) return;
  const small = new OffscreenCanvas(map.width, map.height);
  small.getContext("2d")?.putImageData(new ImageData(pixels, map.width, map.height), 0, 0);
  // Smoothing on the way up: cells are far coarser than what they speak of.
  context.drawImage(small, 0, 0, sidePx, sidePx);
}

function drawSilhouette(context: CanvasRenderingContext2D) {
  context.fillStyle = "rgb(128 140 152 / 45%)";
  context.beginPath();
  context.arc(sidePx / 2, sidePx * 0.42, sidePx * 0.19, 0, 2 * Math.PI);
  context.fill();
  context.beginPath();
  context.ellipse(sidePx / 2, sidePx * 0.98, sidePx * 0.34, sidePx * 0.3, 0, Math.PI, 0);
  context.fill();
}
