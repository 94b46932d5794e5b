// errors.html: the pictures of each source that the student got most wrong, to be looked at one by
// one. It embeds pictures of the data set, so it is for this machine only and says so.
import sharp from "sharp";
import { isFlagged } from "../../model/verdict/verdict";
import type { Evaluation } from "../stages/evaluate";
import { escapeHtml, htmlPage, LOCAL_ONLY, pictureData } from "./html-page";
import type { ScoredFace } from "./scoring";

const WORST_A_SOURCE = 12;

const STYLE = `
  .faces { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 14px; }
  figure { margin: 0; }
  .face { position: relative; aspect-ratio: 1; }
  .face img { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: 4px; }
  .face img + img { opacity: 0.8; mix-blend-mode: screen; }
  body:has(#where:not(:checked)) .face img + img { display: none; }
  figcaption { font-size: 12px; overflow-wrap: anywhere; margin-top: 4px; }
  .flagged { color: #b3261e; font-weight: 600; }
`;

interface Section {
  title: string;
  faces: { face: ScoredFace; index: number }[];
}

/** @returns a whole HTML page; it loads nothing from anywhere. */
export async function errorSheet(evaluation: Evaluation): Promise<string> {
  const { report } = evaluation;
  const sections = worstBySource(evaluation.scored);
  const parts: string[] = [];
  for (const { title, faces } of sections) {
    const figures: string[] = [];
    for (const { face, index } of faces) figures.push(await figureOf(evaluation, face, index));
    parts.push(`<h2>${escapeHtml(title)}</h2>\n<div class="faces">\n${figures.join("\n")}\n</div>`);
  }
  return htmlPage(
    `Worst errors: ${report.model.name} ${report.model.version} on ${report.split}`,
    STYLE,
    `<p>Of every source the ${WORST_A_SOURCE} pictures whose logit lies furthest on the wrong side: reals
    scored highest, fakes scored lowest, as the student sees them. Levels begin at
    ${report.model.thresholds.unsure.toFixed(2)} (unsure), ${report.model.thresholds.suspicious.toFixed(2)}
    (suspicious) and ${report.model.thresholds.strong.toFixed(2)} (strong).</p>
    <p><label><input type="checkbox" id="where"> show the coarse map (bright: signs)</label></p>
    ${parts.join("\n")}`,
    LOCAL_ONLY,
  );
}

function worstBySource(scored: readonly ScoredFace[]): Section[] {
  const sections: Section[] = [];
  for (const isFake of [false, true]) {
    const own = scored
      .map((face, index) => ({ face, index }))
      .filter(({ face }) => face.isFake === isFake);
    for (const source of [...new Set(own.map(({ face }) => face.row.source))].sort()) {
      const faces = own
        .filter(({ face }) => face.row.source === source)
        .sort((a, b) => (isFake ? 1 : -1) * (a.face.logit - b.face.logit))
        .slice(0, WORST_A_SOURCE);
      const generators = [...new Set(faces.map(({ face }) => face.row.generator))].join(", ");
      sections.push({
        title: isFake
          ? `Fakes of ${source} (${generators}), lowest first`
          : `Reals of ${source}, highest first`,
        faces,
      });
    }
  }
  return sections;
}

async function figureOf(
  { report, crops }: Evaluation,
  face: ScoredFace,
  index: number,
): Promise<string> {
  const { inputSize } = report.model;
  const perCrop = inputSize ** 2 * 3;
  const crop = crops.subarray(index * perCrop, (index + 1) * perCrop);
  const picture = await sharp(crop, { raw: { width: inputSize, height: inputSize, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
  const level = face.level ?? "not judged";
  const mark = isFlagged(face.level) ? ' class="flagged"' : "";
  return `<figure>
    <div class="face"><img src="${pictureData(picture, "jpeg")}" alt=""><img src="${pictureData(await heat(face.map), "png")}" alt=""></div>
    <figcaption><span${mark}>${face.logit.toFixed(2)}, ${level}</span><br>${escapeHtml(face.row.file)}</figcaption>
  </figure>`;
}

/** The map as a tiny picture: black where nothing speaks of manipulation, orange where all does. */
async function heat({ logits, width, height }: ScoredFace["map"]): Promise<Buffer> {
  const rgb = new Uint8Array(logits.length * 3);
  logits.forEach((logit, cell) => {
    const heat = 1 / (1 + Math.exp(-logit));
    rgb.set([255 * heat, 110 * heat, 0], cell * 3);
  });
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(width * 8, height * 8, { kernel: "cubic" })
    .png()
    .toBuffer();
}
