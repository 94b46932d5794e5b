/** Face boxes over a picture, numbered as in the list of faces, on the same pixels whatever the size. */
import type { FaceResult } from "../../model/verdict/verdict";

interface Props {
  faces: readonly FaceResult[];
  /** Pixels of the picture that the boxes belong to. */
  width: number;
  height: number;
  /** Number to show at a face; left out, its place in the list. */
  numberOf?(face: FaceResult, index: number): number;
}

/** Numbers of a crowd would cover the faces. */
const maxNumbered = 24;

export function Boxes({ faces, width, height, numberOf = (_, index) => index + 1 }: Props) {
  if (!(width > 0 && height > 0)) return null;
  // Lines and digits as thick on screen whatever the picture's size.
  const unit = Math.max(width, height) / 100;
  return (
    <svg
      class="boxes"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden="true"
    >
      {faces.map((face, index) => {
        const [x, y, boxWidth, boxHeight] = face.box;
        return (
          <g key={face.box.join()} class={`box level-${face.level ?? "none"}`}>
            <rect class="box-halo" x={x} y={y} width={boxWidth} height={boxHeight} />
            <rect class="box-line" x={x} y={y} width={boxWidth} height={boxHeight} />
            {faces.length > 1 && index < maxNumbered && (
              <text x={x + unit} y={y + 5 * unit} font-size={5 * unit}>
                {numberOf(face, index)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
