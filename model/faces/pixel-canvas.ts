/**
 * A stand-in for the WebGL canvas through which MediaPipe takes its pictures. Even with the CPU
 * delegate it uploads each picture as a texture and at once reads the texture back, so a browser
 * without WebGL finds no face, and software WebGL doubles the time. The stand-in keeps the pixels
 * where they are and answers the read; nothing is ever drawn. Written against 0.10.35, whose calls
 * the browser tests exercise.
 */

/** Pixels as MediaPipe sees them: RGBA, row by row. */
export interface RgbaView {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** A "texture" or "framebuffer": whatever picture was put into it last. */
interface Slot {
  pixels: RgbaView | null;
}

const framebufferComplete = 0x8cd5;
/** What `getParameter` is asked for before the first picture; other values are never used. */
const parameters: Record<number, string | number> = {
  0x1f02: "WebGL 2.0 (pixels only)",
  0x1f01: "pixels only",
  0x1f00: "Unmask",
  0x8869: 16,
};

/** The calls MediaPipe makes, with WebGL's names and argument orders. */
class PixelContext {
  readonly TEXTURE_2D = 0x0de1;
  readonly RGBA = 0x1908;
  readonly UNSIGNED_BYTE = 0x1401;
  #texture: Slot | null = null;
  #framebuffer: Slot | null = null;

  getParameter(name: number) {
    return parameters[name] ?? 0;
  }
  getExtension() {
    return null;
  }
  getSupportedExtensions() {
    return [];
  }
  getContextAttributes() {
    return { antialias: false };
  }
  getError() {
    return 0;
  }
  isContextLost() {
    return false;
  }
  createTexture(): Slot {
    return { pixels: null };
  }
  createFramebuffer(): Slot {
    return { pixels: null };
  }
  bindTexture(_target: number, texture: Slot | null) {
    this.#texture = texture;
  }
  texImage2D(...args: [number, number, number, number, number, RgbaView]) {
    if (this.#texture) this.#texture.pixels = args[5];
  }
  bindFramebuffer(_target: number, framebuffer: Slot | null) {
    this.#framebuffer = framebuffer;
  }
  framebufferTexture2D(_t: number, _a: number, _tt: number, texture: Slot | null) {
    if (this.#framebuffer) this.#framebuffer.pixels = texture?.pixels ?? null;
  }
  checkFramebufferStatus() {
    return framebufferComplete;
  }
  /** @throws Error if the picture asked for is not the one put in: better no face than a wrong one. */
  readPixels(
    x: number,
    y: number,
    width: number,
    height: number,
    _format: number,
    _type: number,
    target: Uint8Array,
    offset: number,
  ) {
    const pixels = this.#framebuffer?.pixels;
    if (!pixels || x !== 0 || y !== 0 || width !== pixels.width || height !== pixels.height)
      throw new Error("MediaPipe read pixels that were not given to it");
    target.set(pixels.data, offset);
  }
}

/** Everything else that WebGL has (fences, texture parameters, deletions) does nothing here. */
function tolerant(context: PixelContext): object {
  const nothing = () => null;
  return new Proxy(context, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member === "function") return member.bind(target);
      if (member !== undefined || typeof name === "symbol") return member;
      // Emscripten keeps notes of its own on the context under such names; they start out unset.
      return name.startsWith("current") ? undefined : nothing;
    },
  });
}

/** A canvas for the `canvas` option of a MediaPipe task that runs on the CPU. */
export function createPixelCanvas(): OffscreenCanvas {
  const context = tolerant(new PixelContext());
  const canvas = {
    width: 1,
    height: 1,
    getContext: () => context,
    addEventListener() {},
    removeEventListener() {},
  };
  return canvas as unknown as OffscreenCanvas;
}
