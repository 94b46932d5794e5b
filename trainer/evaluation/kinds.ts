// Kinds of real pictures and of the people in them, by which false alarms are told apart: no kind may
// be flagged far more than others. Only what the pixels show or the data set records is a kind.
import type { StudentCard } from "../../model/package/card";
import type { FaceRow } from "../datasets/manifest";
import type { IntervalOf } from "./bootstrap";
import { type AlarmFigures, alarmFigures } from "./figures";
import { facePxOf, type ScoredFace } from "./scoring";

export interface KindFigures extends AlarmFigures {
  kind: string;
}

/** Mean difference of a pixel's channels, in steps of 255, below which nobody sees a colour. */
const LEAST_COLOUR = 4;
/** Mean luma of a face in the dusk. */
const MOST_DARK_LUMA = 70;
/** Pixels of the box's longer side: twice the extension's own gate, a face in a group picture. */
const SMALL_FACE_PX = 96;
/** Times the sharpness under which the extension does not judge. */
const SOFT = 2;

interface Kind {
  name: string;
  holds(picture: PictureFacts): boolean;
}

interface PictureFacts {
  row: FaceRow;
  luma: number;
  colour: number;
  sharpness: number;
  minSharpness: number;
  person: PersonFacts | null;
}

/** What UTKFace's file names say: estimated by an algorithm and checked by people, its authors write. */
interface PersonFacts {
  age: number;
  gender: "men" | "women";
  /** In the data set's own words. */
  ethnicity: string;
}

const ETHNICITIES = ["White", "Black", "Asian", "Indian", "Others"] as const;

const person =
  (test: (facts: PersonFacts) => boolean) =>
  ({ person: facts }: PictureFacts): boolean =>
    facts !== null && test(facts);

const KINDS: readonly Kind[] = [
  { name: "photograph", holds: ({ row }) => row.video === undefined },
  { name: "frame of a video", holds: ({ row }) => row.video !== undefined },
  { name: "black and white", holds: ({ colour }) => colour < LEAST_COLOUR },
  {
    name: `low light (mean luma under ${MOST_DARK_LUMA})`,
    holds: ({ luma }) => luma < MOST_DARK_LUMA,
  },
  {
    name: `soft (sharpness under ${SOFT} × the gate's)`,
    holds: ({ sharpness: own, minSharpness }) => own < SOFT * minSharpness,
  },
  {
    name: `face under ${SMALL_FACE_PX} px`,
    holds: ({ row }) => facePxOf(row.box) < SMALL_FACE_PX,
  },
  { name: "UTKFace: up to 12 years", holds: person(({ age }) => age <= 12) },
  { name: "UTKFace: 13 to 59 years", holds: person(({ age }) => age > 12 && age < 60) },
  { name: "UTKFace: 60 years and older", holds: person(({ age }) => age >= 60) },
  ...(["men", "women"] as const).map((gender) => ({
    name: `UTKFace: ${gender}`,
    holds: person((facts) => facts.gender === gender),
  })),
  ...ETHNICITIES.map((ethnicity) => ({
    name: `UTKFace: ${ethnicity}`,
    holds: person((facts) => facts.ethnicity === ethnicity),
  })),
];

/**
 * Figures of the real faces of each kind that is there.
 *
 * @param crops of the faces, in their order, `[n, inputSize, inputSize, 3]` bytes.
 */
export function kindFigures(
  faces: readonly ScoredFace[],
  crops: Uint8Array,
  { inputSize, gates }: Pick<StudentCard, "inputSize" | "gates">,
  interval: IntervalOf,
): KindFigures[] {
  const perCrop = inputSize ** 2 * 3;
  const reals = faces.flatMap((face, i) => {
    if (face.isFake) return [];
    const crop = crops.subarray(i * perCrop, (i + 1) * perCrop);
    const facts = {
      row: face.row,
      ...colourOf(crop),
      sharpness: face.sharpness,
      minSharpness: gates.minSharpness,
      person: personOf(face.row),
    };
    return [{ face, facts }];
  });
  return KINDS.flatMap(({ name, holds }) => {
    const own = reals.filter(({ facts }) => holds(facts)).map(({ face }) => face);
    return own.length > 0 ? [{ kind: name, ...alarmFigures(own, interval) }] : [];
  });
}

function colourOf(crop: Uint8Array): { luma: number; colour: number } {
  let luma = 0;
  let colour = 0;
  for (let i = 0; i < crop.length; i += 3) {
    const [r, g, b] = [crop[i]!, crop[i + 1]!, crop[i + 2]!];
    luma += 0.299 * r + 0.587 * g + 0.114 * b;
    colour += Math.max(r, g, b) - Math.min(r, g, b);
  }
  const pixels = crop.length / 3;
  return { luma: luma / pixels, colour: colour / pixels };
}

/** `[age]_[gender]_[ethnicity]_[time].jpg`, with numbers for words. */
function personOf({ source, file }: FaceRow): PersonFacts | null {
  if (source !== "utkface") return null;
  const found = /^(\d{1,3})_([01])_([0-4])_/.exec(file.split("/").at(-1) as string);
  if (!found) return null;
  const [, age, gender, ethnicity] = found.map(Number) as [number, number, number, number];
  return {
    age,
    gender: gender === 0 ? "men" : "women",
    ethnicity: ETHNICITIES[ethnicity] as string,
  };
}
