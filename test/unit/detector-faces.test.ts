import { expect, test } from "vitest";
import { addNewFaces } from "../../model/faces/merge";
import { createPixelCanvas } from "../../model/faces/pixel-canvas";
import { tilesOf } from "../../model/faces/tiles";
import type { Box } from "../../model/verdict/verdict";

const raw = (confidence: number, box: Box) => ({ box, confidence });

test("a face seen twice is kept once, the earlier look's box", () => {
  const first = [raw(0.6, [0, 0, 100, 100])];
  const again = [raw(0.9, [10, 5, 100, 100]), raw(0.7, [300, 0, 100, 100])];
  expect(addNewFaces(first, again)).toEqual([first[0], again[1]]);
});

test("half a face at a tile's edge is part of the whole one", () => {
  const whole = [raw(0.8, [0, 0, 100, 100])];
  expect(addNewFaces(whole, [raw(0.9, [50, 40, 45, 45])])).toEqual(whole);
});

test("a chin is no second face, a neighbour half behind is", () => {
  const large = raw(0.9, [418, 224, 332, 331]);
  expect(addNewFaces([large], [raw(0.6, [471, 504, 150, 150])])).toEqual([large]);
  const behind = raw(0.6, [680, 250, 250, 250]);
  expect(addNewFaces([large], [behind])).toEqual([large, behind]);
});

test("of equal looks the surer face wins", () => {
  const sure = raw(0.9, [0, 0, 100, 100]);
  expect(addNewFaces([], [raw(0.5, [5, 5, 100, 100]), sure])).toEqual([sure]);
});

test("tiles cover the picture with overlap, and stay few", () => {
  expect(tilesOf(800, 600, 1000, 16)).toEqual([]);
  const tiles = tilesOf(4000, 3000, 1200, 16);
  expect(tiles.length).toBeGreaterThan(1);
  expect(tiles.length).toBeLessThanOrEqual(16);
  // A small face anywhere lies whole in some tile.
  for (let x = 0; x + 100 <= 4000; x += 50) {
    for (let y = 0; y + 100 <= 3000; y += 50) {
      const inside = tiles.some(
        ([left, top, width, height]) =>
          x >= left && y >= top && x + 100 <= left + width && y + 100 <= top + height,
      );
      if (!inside) throw new Error(`no tile holds a face at ${x}, ${y}`);
    }
  }
  expect(tilesOf(30_000, 100, 640, 16).length).toBeLessThanOrEqual(16);
});

test("the pixel canvas gives back the picture that was put in, and nothing else", () => {
  const canvas = createPixelCanvas();
  const gl = canvas.getContext("webgl2") as WebGL2RenderingContext;
  const picture = { width: 2, height: 1, data: new Uint8ClampedArray([1, 2, 3, 4, 5, 6, 7, 8]) };
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture as ImageData);
  const texture = gl.createTexture();
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture as ImageData);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, 0, gl.TEXTURE_2D, texture, 0);
  const heap = new Uint8Array(12);
  gl.readPixels(0, 0, 2, 1, gl.RGBA, gl.UNSIGNED_BYTE, heap, 4);
  expect([...heap]).toEqual([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(() => gl.readPixels(0, 0, 3, 1, gl.RGBA, gl.UNSIGNED_BYTE, heap, 0)).toThrow();
  // Calls that only matter to a real GPU are accepted.
  expect(gl.fenceSync(0, 0)).toBeNull();
});
