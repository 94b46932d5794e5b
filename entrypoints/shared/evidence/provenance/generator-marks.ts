/**
 * What image generators and editors are known to leave in a file's metadata, as data: where each
 * leaves it, what it then means, and who says so. A mark is what the file says of itself: easily
 * removed, easily forged, and no part of the detector's result.
 */
import type { MetadataFact } from "./metadata-facts";

interface GeneratorMark {
  /** Tags that it is left in. */
  tag: RegExp;
  /** Not in these: there anybody writes about anything. */
  notIn?: RegExp;
  /** What stands there. */
  value: RegExp;
  /** What that means, a sentence; `$1` is the value's first group. */
  says: string;
  /** Who documents it. */
  source: string;
}

const anyTag = /./;
const software =
  /^(Software|CreatorTool|ProcessingSoftware|Creator Tool|creatorTool|Source|History)$/i;
/** Captions and the like: a name there says nothing of how the picture was made. */
const talk =
  /^(UserComment|Comment|Headline|Caption.*|description|ImageDescription|Keywords|subject|prompt|parameters|workflow|Artist|creator|Copyright.*|rights|Object Name)$/i;
/** An app's own name, as far as it goes (a version may follow). */
const app = (names: string) => new RegExp(`\\b((?:${names})[\\w .()/-]{0,60})`, "i");

export const generatorMarkList: readonly GeneratorMark[] = [
  {
    tag: /^DigitalSourceType$/i,
    value: /(trainedAlgorithmicMedia)$/,
    says: "The file declares itself made by generative AI (IPTC digital source type $1).",
    source: "IPTC NewsCodes, cv.iptc.org/newscodes/digitalsourcetype",
  },
  {
    tag: /^DigitalSourceType$/i,
    value: /(compositeWithTrainedAlgorithmicMedia|compositeSynthetic|algorithmicMedia)$/,
    says: "The file declares parts of it made by an algorithm (IPTC digital source type $1).",
    source: "IPTC NewsCodes, cv.iptc.org/newscodes/digitalsourcetype",
  },
  {
    tag: anyTag,
    value: /((?:Made|Edited|Created) with Google AI)/i,
    says: "The file carries Google's note for AI pictures: “$1”.",
    source: "Google Gemini and Google Photos write it into the IPTC credit line",
  },
  {
    tag: /^(AIGC|TC260.*)$/i,
    value: /Label\W{1,8}([123])/i,
    says: "The file carries the label that Chinese rules ask of AI-made content (AIGC label $1; 1: made by AI, 2: possibly, 3: suspected).",
    source: "GB 45438-2025, appendix E",
  },
  {
    tag: /^(parameters|UserComment|Comment|ImageDescription)$/i,
    value: /Steps: \d+, .*?Sampler: ?([^,]{1,60})/s,
    says: "The settings of a Stable Diffusion image generator are stored in the file (sampler $1).",
    source: "AUTOMATIC1111 stable-diffusion-webui, “PNG Info”",
  },
  {
    tag: /^(prompt|workflow|UserComment|Make|Model|ImageDescription)$/i,
    value: /"(class_type|last_node_id)"/,
    says: "A ComfyUI image generator's workflow is stored in the file.",
    source: "ComfyUI, SaveImage node",
  },
  {
    tag: /^(invokeai_metadata|invokeai_graph|invokeai_workflow|sd-metadata|dream)$/i,
    value: anyTag,
    says: "The settings of the InvokeAI image generator are stored in the file.",
    source: "InvokeAI documentation, image metadata",
  },
  {
    tag: /^fooocus_scheme$/i,
    value: anyTag,
    says: "The settings of the Fooocus image generator are stored in the file.",
    source: "Fooocus, “Save metadata to images”",
  },
  {
    tag: /^(UserComment|parameters|sui_image_params)$/i,
    value: /"?(sui_image_params)"?/,
    says: "The settings of the SwarmUI image generator are stored in the file.",
    source: "SwarmUI documentation, image metadata format",
  },
  {
    tag: /^(Description|ImageDescription|caption|title)$/i,
    value: /Job ID: ?([0-9a-f-]{36})/i,
    says: "A Midjourney job number is stored in the file ($1).",
    source: "Midjourney writes prompt and job number into pictures that are downloaded",
  },
  {
    tag: anyTag,
    notIn: talk,
    value:
      /^(?:.{0,40}\W)?((?:NovelAI|Stable Diffusion|DALL.?E|Midjourney|Adobe Firefly|Ideogram|Leonardo\.?AI|Imagen|Runway|Playground AI|Draw Things|DreamStudio|Bing Image Creator|GPT-4o|Grok)[\w .()/-]{0,60})/i,
    says: "The file names an image generator: “$1”.",
    source: "The programs' own names, as they write them into Software, Source or Title",
  },
  {
    tag: software,
    value: app(
      "FaceApp|Facetune|Reface|FaceSwap|DeepFaceLab|Remini|Lensa|BeautyPlus|Meitu|YouCam|B612",
    ),
    says: "The file was saved by an app that changes or beautifies faces: “$1”.",
    source: "The programs' own names in the Software tag",
  },
  {
    tag: software,
    value: app(
      "Adobe Photoshop|GIMP|Affinity Photo|Pixelmator|Paint\\.NET|Krita|PicsArt|Snapseed|Canva|Photopea|Paint Shop|Luminar|Topaz",
    ),
    says: "The file was saved by editing software: “$1”. Ordinary edits leave this, too.",
    source: "The programs' own names in the Software and CreatorTool tags",
  },
  {
    tag: software,
    value: app(
      "Adobe Photoshop Lightroom|Adobe Lightroom|Capture One|darktable|RawTherapee|DxO|Aperture",
    ),
    says: "The file was developed with photographers' software: “$1”.",
    source: "The programs' own names in the Software and CreatorTool tags",
  },
];

const maxMarks = 50;

/** Sentences on the marks among the facts, each once. */
export function generatorMarks(facts: readonly MetadataFact[]): string[] {
  const sentences = new Set<string>();
  for (const { name, value } of facts) {
    const found = generatorMarkList.filter(
      (mark) => mark.tag.test(name) && !mark.notIn?.test(name) && mark.value.test(value),
    );
    // "Adobe Photoshop Lightroom" is no Photoshop: the later, narrower mark speaks for it.
    const narrowest = found.findLast((mark) => mark.tag === software);
    for (const mark of found) {
      if (mark.tag === software && mark !== narrowest) continue;
      const match = mark.value.exec(value)?.[1]?.trim() ?? "";
      sentences.add(mark.says.replace("$1", () => match));
    }
  }
  return [...sentences].slice(0, maxMarks);
}
