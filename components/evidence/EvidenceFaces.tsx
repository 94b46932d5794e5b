/** Each face: what was scored, how strong the signs are, and where in it. */
import { useState } from "preact/hooks";
import { type FaceResult, isFlagged } from "../../model/verdict/verdict";
import { FaceThumbnail } from "../FaceThumbnail";
import { LevelMark } from "../LevelMark";
import { StrengthMeter } from "../StrengthMeter";
import { Switch } from "../Switch";
import { counted, kindWord } from "../words";
import { faceTitle, type ShownEvidence, scoreWords } from "./evidence-words";

/** More are shown on demand: a crowd would push all else out of sight. */
const facesAtFirst = 6;

export function EvidenceFaces({
  evidence,
  waiting,
}: {
  evidence: ShownEvidence;
  waiting: boolean;
}) {
  const [where, setWhere] = useState(true);
  const [all, setAll] = useState(false);
  const { verdict, crops = [] } = evidence;
  const kind = evidence.kind ?? "image";
  const faces = verdict?.faces ?? [];
  const shown = all ? faces : faces.slice(0, facesAtFirst);
  const more = faces.length - shown.length;
  return (
    <section class="evidence-part">
      <h3>Faces</h3>
      {faces.length === 0 && waiting && <div class="face-card pulse" />}
      {faces.length === 0 && !waiting && (
        <p class="soft">
          {verdict?.reason === "no-face"
            ? `No face was found in this ${kindWord[kind]}.`
            : `No face of this ${kindWord[kind]} was looked at.`}
        </p>
      )}
      {faces.some(hasHeat) && (
        <Switch
          checked={where}
          onChange={setWhere}
          note="Stronger colour: more of the signs in this face. It does not say how strong they are."
        >
          Colour where the signs are
        </Switch>
      )}
      <ol class="face-cards">
        {shown.map((face, index) => (
          <FaceCard
            key={face.track ?? face.box.join()}
            face={face}
            number={index + 1}
            crop={crops[index]}
            where={where}
            mean={kind === "video"}
          />
        ))}
      </ol>
      {more > 0 && (
        <button type="button" class="button" onClick={() => setAll(true)}>
          Show {counted(more, "more face")}
        </button>
      )}
    </section>
  );
}

interface FaceCardProps {
  face: FaceResult;
  number: number;
  crop: string | undefined;
  where: boolean;
  /** The score is a mean over a video's frames. */
  mean: boolean;
}

function FaceCard({ face, number, crop, where, mean }: FaceCardProps) {
  const { level, logit, score, box } = face;
  const words = faceTitle(face);
  return (
    <li class={`face-card level-${level ?? "none"}`}>
      <FaceThumbnail
        source={crop}
        label={`Face ${number}: ${words.toLowerCase()}`}
        map={where && hasHeat(face) ? face.map : undefined}
      />
      <div class="face-facts">
        <h4>
          <LevelMark level={level ?? null} size={14} /> Face {number}
          {!level && `: ${words.toLowerCase()}`}
        </h4>
        {level && <StrengthMeter level={level} />}
        <p class="figures">
          {logit !== null && score !== null
            ? `Score ${scoreWords(score)}${mean ? ", robust mean of its frames" : ""} · logit ${logit.toFixed(2)}`
            : "No score"}{" "}
          · {Math.round(box[2])} × {Math.round(box[3])} pixels
        </p>
      </div>
    </li>
  );
}

/** A map of a face without signs would colour noise. */
function hasHeat({ map, level }: FaceResult): boolean {
  return map !== undefined && (level === "unsure" || isFlagged(level ?? null));
}
