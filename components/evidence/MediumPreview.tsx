/** The picture, small, with its faces marked. Its room is kept before it comes. */
import { Boxes } from "./Boxes";
import type { ShownEvidence } from "./evidence-words";

interface Props {
  evidence: ShownEvidence;
  waiting: boolean;
}

export function MediumPreview({ evidence, waiting }: Props) {
  const { preview, verdict, width = 0, height = 0 } = evidence;
  return (
    <div class={`preview ${preview ? "" : "empty-room"} ${waiting && !preview ? "pulse" : ""}`}>
      {preview ? (
        <>
          <img src={preview} alt="The picture, small" />
          <Boxes faces={verdict?.faces ?? []} width={width} height={height} />
        </>
      ) : (
        !waiting && <p>There is no picture to show.</p>
      )}
    </div>
  );
}
