/** Small pictures of the faces that were scored, for cards and lists. */
import type { RgbaView } from "../../model/faces/pixel-canvas";

const sidePx = 96;
/** As many as a card shows. */
export const maxThumbnails = 8;
/** The border drops longer URLs. */
const maxLength = 32_768;

/** @param looks one function a face, strongest first, that gives its square at the size asked for. */
export async function thumbnailsOf(looks: ((px: number) => RgbaView)[]): Promise<string[]> {
  const urls = await Promise.all(looks.slice(0, maxThumbnails).map((look) => encode(look(sidePx))));
  return urls.filter((url) => url.length <= maxLength);
}

async function encode({ data, width, height }: RgbaView): Promise<string> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return `data:image/webp;base64,${btoa(String.fromCharCode(...bytes))}`;
}
