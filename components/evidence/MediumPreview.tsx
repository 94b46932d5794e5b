/** The medium, small, with its faces marked. Its room is kept before it comes. */
import { kindWord, type MediaKind } from "../words";
import { Boxes } from "./Boxes";
import type { ShownEvidence } from "./evidence-words";

export function MediumPreview({
  evidence,
  waiting,
}: {
  evidence: ShownEvidence;
  waiting: boolean;
}) {
  const { preview, verdict, width = 0, height = 0 } = evidence;
  const kind: MediaKind = evidence.kind ?? "image";
  // A video's boxes belong to other moments than its preview's.
  const faces = kind === "image" ? (verdict?.faces ?? []) : [];
  return (
    <div class={`preview ${preview ? "" : "empty-room"} ${waiting && !preview ? "pulse" : ""}`}>
      {preview ? (
        <>
          <img src={preview} alt={`The ${kindWord[kind]}, small`} />
          <Boxes faces={faces} width={width} height={height} />
        </>
      ) : (
        !waiting && <p>There is no picture of this {kindWord[kind]} to show.</p>
      )}
    </div>
  );
}
