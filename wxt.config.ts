import { resolve } from "node:path";
import preact from "@preact/preset-vite";
import { defineConfig } from "wxt";

/** Chrome 148 is the first that passes structured clones through extension ports. */
const minimumChromeVersion = "148";

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  // Media of the page is fetched again by the offscreen document, from wherever the page has it.
  "connect-src 'self' http: https: data: blob:",
  "object-src 'self'",
].join("; ");

/** WebAssembly that npm packages ship, served from the extension itself: no remote code. */
const wasmFiles: Record<string, string> = {
  "mediapipe/vision_wasm_module_internal.js":
    "@mediapipe/tasks-vision/wasm/vision_wasm_module_internal.js",
  "mediapipe/vision_wasm_module_internal.wasm":
    "@mediapipe/tasks-vision/wasm/vision_wasm_module_internal.wasm",
  "tfjs/tfjs-backend-wasm-simd.wasm":
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
  "tfjs/tfjs-backend-wasm.wasm": "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
  "c2pa/c2pa_bg.wasm": "@contentauth/c2pa-wasm/pkg/c2pa_bg.wasm",
};

export default defineConfig({
  publicDir: "assets",
  outDir: ".output",
  imports: false,
  hooks: {
    "build:publicAssets": (_wxt, files) => {
      for (const [relativeDest, source] of Object.entries(wasmFiles)) {
        files.push({ absoluteSrc: resolve("node_modules", source), relativeDest });
      }
    },
  },
  vite: () => ({
    plugins: [preact()],
    resolve: {
      // WXT's own makes content scripts visible to pages, and lets pages stop them.
      alias: {
        "wxt/utils/content-script-context": resolve("entrypoints/page.content/script-context.ts"),
      },
    },
    build: { target: "chrome148", chunkSizeWarningLimit: 4000 },
    worker: { format: "es" },
  }),
  manifest: ({ browser }) => ({
    name: "Unmask",
    description:
      "Flags signs of manipulated faces in the pictures and videos of a page, on your own device.",
    // WXT adds `sidePanel` for the browsers that have one.
    permissions: ["storage", "contextMenus", ...(browser === "firefox" ? [] : ["offscreen"])],
    commands: {
      "open-panel": {
        suggested_key: { default: "Alt+Shift+W" },
        description: "Open the workbench beside the page",
      },
      "check-in-view": {
        suggested_key: { default: "Alt+Shift+U" },
        description: "Check the picture or video under the focus, or the largest in view",
      },
    },
    host_permissions: ["<all_urls>"],
    content_security_policy: { extension_pages: contentSecurityPolicy },
    ...(browser === "firefox"
      ? {}
      : {
          minimum_chrome_version: minimumChromeVersion,
          message_serialization: "structured_clone",
        }),
  }),
});
