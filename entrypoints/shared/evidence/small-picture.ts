/** Small pictures for people to look at; never what is scored. */
import type { Box } from "../../../model/verdict/verdict";

/** The contract's limit on a preview, characters of its `data:` address. */
const maxCharacters = 200_000;
/** One transparent pixel, where there is no picture to show. */
export const noPicture =
  "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

/**
 * A region of a picture with at most `side` pixels on its longer side, on white where it is
 * transparent or reaches past the edge.
 *
 * @returns a `data:` address; `noPicture` where even the poorest encoding is too long.
 */
export async function smallPicture(
  source: ImageBitmap,
  [x, y, width, height]: Box,
  side: number,
): Promise<string> {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas of this size");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  context.drawImage(source, 0, 0);
  for (const quality of [0.8, 0.5, 0.2]) {
    const url = await dataUrl(await canvas.convertToBlob({ type: "image/webp", quality }));
    if (url.length <= maxCharacters) return url;
  }
  return noPicture;
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
