// Sheets of what training is made of, to be looked at: pseudo-fakes beside their originals, a batch
// as the student sees it, the views of pretraining. What looks wrong here is learnt as a cue.
import sharp from "sharp";
import type { FaceRow } from "../datasets/manifest";
import { loadPictures, type PicturePool, type PooledPicture } from "../datasets/pictures";
import { ranked } from "../datasets/splits/rank";
import { ViewMaker, type ViewRecipe } from "../moco/views";
import { Random } from "../random";
import { BatchMaker, type BatchRecipe } from "../synthesis/batch";
import { donorFor, faceOf } from "../synthesis/donor";
import { type PseudoFake, selfBlend, swapFace } from "../synthesis/pseudo-fake";
import { redrawn } from "../synthesis/redraw";
import { escapeHtml, htmlPage, LOCAL_ONLY, pictureData } from "./html-page";

/** Pictures decoded for the sheets, of each source and label. */
const A_SOURCE = 12;
/** Rows of the sheet of pseudo-fakes. */
const ORIGINALS = 24;
const BATCHES = 2;
/** How much differences are enlarged: what is left of a good blend is a few grey levels. */
const DIFFERENCE_GAIN = 4;

const STYLE = `
  table { border-collapse: collapse; } th { font-weight: 600; text-align: left; font-size: 13px; }
  td, th { padding: 3px 8px 3px 0; vertical-align: top; }
  td img { display: block; width: 142px; height: 142px; }
  img { outline: 1px solid #cbd2d9; }
  .pairs { display: flex; flex-wrap: wrap; gap: 14px; }
  .pairs figure { margin: 0; display: grid; grid-template-columns: repeat(3, 130px); gap: 3px; }
  .pairs img { width: 130px; height: 130px; }
  .pairs figcaption { grid-column: 1 / -1; font-size: 12px; }
  .cells { image-rendering: pixelated; }
  small { color: #5f6c7b; overflow-wrap: anywhere; }
`;

export interface SheetRecipes {
  batch: BatchRecipe;
  views: ViewRecipe;
}

/**
 * @param rows of `data` that training may see, labelled or not, with what networks made of them if the
 *   batches show it.
 * @returns whole HTML pages by file name; they load nothing from anywhere.
 * @throws Error if there are no real pictures: nothing can be blended.
 */
export async function sampleSheets(
  data: string,
  rows: readonly FaceRow[],
  { batch, views }: SheetRecipes,
): Promise<Map<string, string>> {
  const pool = await loadPictures(data, someOfEachSource(rows, batch.seed));
  return new Map([
    ["pseudo-fakes.html", await pseudoFakeSheet(pool, batch)],
    ["batch.html", await batchSheet(pool, batch)],
    ["views.html", await viewSheet(pool, views)],
  ]);
}

function someOfEachSource(rows: readonly FaceRow[], seed: number): FaceRow[] {
  const taken = new Map<string, number>();
  return ranked(rows, ({ file }) => file, seed).filter(({ label, source }) => {
    const key = `${label}/${source}`;
    const count = taken.get(key) ?? 0;
    taken.set(key, count + 1);
    return count < A_SOURCE;
  });
}

/** One row a real face: the face, blended onto itself, with another's face put in, and redrawn. */
async function pseudoFakeSheet(pool: PicturePool, recipe: BatchRecipe): Promise<string> {
  const reals = pool.pictures.filter(({ row }) => row.label === "real");
  if (reals.length === 0) throw new Error("there are no real pictures to make pseudo-fakes of");
  const originals = bySourceInTurn(reals).slice(0, ORIGINALS);
  const lines: string[] = [];
  for (const [i, picture] of originals.entries()) {
    const random = Random.at(recipe.seed, i);
    const face = faceOf(pool, picture);
    const donor = donorFor(pool, picture, () => random.pick(reals));
    const cells = [
      await image(face.data, face.size),
      ...(await manipulation(selfBlend(random, face))),
      await image(donor.data, donor.size),
      ...(await manipulation(swapFace(random, face, donor))),
      ...(await manipulation(redrawn(random, pool, picture, face, recipe))),
    ];
    lines.push(
      `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>
      <tr><td colspan="${cells.length}"><small>${escapeHtml(picture.row.file)}</small></td></tr>`,
    );
  }
  const withLandmarks = pool.pictures.filter(({ row }) => row.landmarks).length;
  return htmlPage(
    "Pseudo-fakes beside their originals",
    STYLE,
    `<p>Every piece at its own resolution, before any augmentation. Differences from what was blended into
    (which self-blends and redrawing may change first) are shown about grey, times ${DIFFERENCE_GAIN}. Of ${pool.pictures.length} pictures ${withLandmarks} have landmarks; the others are
    blended by outlines of a mean face.</p>
    <table><tr><th>real</th><th>blended onto itself</th><th>mask</th><th>difference</th><th>another person</th>
    <th>swapped</th><th>mask</th><th>difference</th><th>redrawn</th><th>mask</th><th>difference</th></tr>
    ${lines.join("\n")}</table>`,
    LOCAL_ONLY,
  );
}

/** One of each source, then the next of each. */
function bySourceInTurn(pictures: readonly PooledPicture[]): PooledPicture[] {
  const seen = new Map<string, number>();
  return pictures
    .map((picture) => {
      const turn = seen.get(picture.row.source) ?? 0;
      seen.set(picture.row.source, turn + 1);
      return { picture, turn };
    })
    .sort((a, b) => a.turn - b.turn)
    .map(({ picture }) => picture);
}

async function manipulation({ face, target, mask }: PseudoFake): Promise<string[]> {
  const difference = face.data.map(
    (value, i) => 128 + DIFFERENCE_GAIN * (value - (target.data[i] as number)),
  );
  return [
    await image(face.data, face.size),
    await maskImage(mask, face.size),
    await image(difference, face.size),
  ];
}

/** Batches of supervised training: each pair and what the mask loss is told of its fake. */
async function batchSheet(pool: PicturePool, recipe: BatchRecipe): Promise<string> {
  const labelled = pool.pictures.filter(({ row }) => row.label !== "unlabelled");
  const maker = new BatchMaker(pool.bytes, labelled, recipe);
  const perCrop = recipe.inputSize ** 2 * 3;
  const perMask = recipe.mapSize ** 2;
  const sections: string[] = [];
  for (let index = 0; index < BATCHES; index++) {
    const { pixels, masks, maskKnown, labels } = await maker.make(index);
    const crop = (i: number) =>
      image(pixels.subarray(i * perCrop, (i + 1) * perCrop), recipe.inputSize);
    const figures: string[] = [];
    for (let i = 0; i < labels.length; i += 2) {
      const cells = maskKnown[i + 1]
        ? await maskImage(
            masks.subarray((i + 1) * perMask, (i + 2) * perMask),
            recipe.mapSize,
            "cells",
          )
        : "<small>where is unknown</small>";
      const kind = i < 2 * recipe.pairs ? "real, its own pseudo-fake" : "real, labelled fake";
      figures.push(
        `<figure>${await crop(i)}${await crop(i + 1)}${cells}<figcaption>${kind}</figcaption></figure>`,
      );
    }
    sections.push(`<h2>Batch ${index}</h2><div class="pairs">${figures.join("\n")}</div>`);
  }
  return htmlPage(
    "Batches as the student sees them",
    STYLE,
    `<p>Pairs under one and the same augmentation; beside them the cells that the map learns from.</p>
    ${sections.join("\n")}`,
    LOCAL_ONLY,
  );
}

/** The views of momentum contrast: query, key, and the query's pseudo-fake where there is one. */
async function viewSheet(pool: PicturePool, recipe: ViewRecipe): Promise<string> {
  const maker = new ViewMaker(pool.bytes, pool.pictures, recipe);
  const { queries, keys, blended } = await maker.make(0);
  const perView = recipe.inputSize ** 2 * 3;
  const figures: string[] = [];
  for (let i = 0; i < recipe.n; i++) {
    const view = (of: Uint8Array) =>
      of.length === 0 ? "" : image(of.subarray(i * perView, (i + 1) * perView), recipe.inputSize);
    figures.push(
      `<figure>${await view(queries)}${await view(keys)}${await view(blended)}<figcaption>query, key${recipe.blended ? ", pseudo-fake of the query" : ""}</figcaption></figure>`,
    );
  }
  return htmlPage(
    "Views of pretraining",
    STYLE,
    `<p>Query and key are two views of one face and shall come to the same features; the pseudo-fake, under
    the query's own view, shall not.</p><div class="pairs">${figures.join("\n")}</div>`,
    LOCAL_ONLY,
  );
}

async function image(rgb: Uint8Array | Uint8ClampedArray, size: number): Promise<string> {
  // Lossless: what there is to see is finer than what JPEG leaves.
  const bytes = await sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .webp({ lossless: true, effort: 1 })
    .toBuffer();
  return `<img src="${pictureData(bytes, "webp")}" alt="">`;
}

async function maskImage(mask: Float32Array, size: number, kind = "mask"): Promise<string> {
  const grey = Uint8Array.from(mask, (value) => 255 * value);
  const bytes = await sharp(grey, { raw: { width: size, height: size, channels: 1 } })
    .png()
    .toBuffer();
  return `<img class="${kind}" src="${pictureData(bytes, "png")}" alt="">`;
}
