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
  { name: "Dexie", what: "keeps cases and history", ...apache },
  { name: "Preact", what: "draws these pages", licence: "MIT", text: "/licences/preact.txt" },
  { name: "Valibot", what: "checks messages", licence: "MIT", text: "/licences/valibot.txt" },
  { name: "fflate", what: "opens model packages", licence: "MIT", text: "/licences/fflate.txt" },
  {
    name: "c2pa-wasm",
    what: "reads Content Credentials; Adobe",
    licence: "MIT",
    text: "/licences/c2pa-wasm.txt",
  },
  {
    name: "ExifReader",
    what: "reads metadata; its source is in the npm package of that name",
    licence: "MPL-2.0",
    text: "/licences/exifreader.txt",
  },
  { name: "xmldom", what: "parses XMP", licence: "MIT", text: "/licences/xmldom.txt" },
  { name: "uPlot", what: "draws timelines", licence: "MIT", text: "/licences/uplot.txt" },
  {
    name: "noble-hashes",
    what: "hashes files",
    licence: "MIT",
    text: "/licences/noble-hashes.txt",
  },
  { name: "Unmask itself", what: "", ...apache },
];
