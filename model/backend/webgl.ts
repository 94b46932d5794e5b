/** The WebGL context inside the tfjs backend: who draws, and whether it is still there. */

import type { MathBackendWebGL } from "@tensorflow/tfjs-backend-webgl";
import { backend, type KernelBackend } from "@tensorflow/tfjs-core";

export function webglContextOf(kernels: KernelBackend): WebGL2RenderingContext | null {
  const { gpgpu } = kernels as Partial<MathBackendWebGL>;
  return (gpgpu?.gl as WebGL2RenderingContext | undefined) ?? null;
}

/** Names under which browsers draw WebGL on the processor. */
const softwareNames = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** The renderer's name if it is known to be software, else null. WebGL must be the backend in use. */
export function softwareRenderer(): string | null {
  const gl = webglContextOf(backend());
  const names = gl?.getExtension("WEBGL_debug_renderer_info");
  const renderer = names && gl?.getParameter(names.UNMASKED_RENDERER_WEBGL);
  return typeof renderer === "string" && softwareNames.test(renderer) ? renderer : null;
}
