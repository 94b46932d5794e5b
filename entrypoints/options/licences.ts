/** What is bundled and under which licence; the texts are files of the extension. */

export interface Bundled {
  name: string;
  what: string;
  licence: string;
  /** Path of the licence's text in the extension. */
  text: string;
}

const apache = { licence: "Apache-2.0", text: "/licences/apache-2.0.txt" };

export const bundled: Bundled[] = [
  { name: "MediaPipe", what: "finds faces; Google", ...apache },
  { name: "TensorFlow.js", what: "runs the model; Google", ...apache },
  { name: "EfficientNet-Lite", what: "what the model grew from; Google", ...apache },
  { name: "Preact", what: "draws these pages", licence: "MIT", text: "/licences/preact.txt" },
  { name: "Valibot", what: "checks messages", licence: "MIT", text: "/licences/valibot.txt" },
  { name: "fflate", what: "opens model packages", licence: "MIT", text: "/licences/fflate.txt" },
  { name: "Unmask itself", what: "", ...apache },
];
