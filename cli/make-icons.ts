/**
 * Draws the extension's icons from the drawings in `assets/icon` in the sizes that browsers and
 * stores ask for. Run it after changing a drawing: `npx tsx cli/make-icons.ts`.
 */
import { join } from "node:path";
import sharp from "sharp";

const dir = join(import.meta.dirname, "..", "assets", "icon");

for (const sidePx of [16, 32, 48, 96, 128]) {
  // At toolbar size edges must fall on pixels, so a simpler drawing has a grid of its own.
  const [drawing, drawingPx] = sidePx <= 16 ? ["unmask-small.svg", 16] : ["unmask.svg", 128];
  // Drawn at the size itself (72 dpi is 1:1), so that edges are not blurred by a reduction.
  await sharp(join(dir, drawing), { density: (72 * sidePx) / drawingPx })
    .resize(sidePx, sidePx)
    .png({ compressionLevel: 9 })
    .toFile(join(dir, `${sidePx}.png`));
}
