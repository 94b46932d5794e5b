/**
 * The small sign in front of a verdict. Each level has an outline of its own (octagon, triangle,
 * square, ring with a dot, broken ring), so that it reads without colour and at 12 px. A plain ring, not a
 * tick, stands for "no signs found": the tool never certifies a picture.
 */
import type { Outcome } from "./words";

const filled = { fill: "currentColor", stroke: "none" };
const cutOut = { fill: "none", stroke: "var(--mark-cut, #fff)", "stroke-width": 2 };
const drawn = { fill: "none", stroke: "currentColor", "stroke-width": 1.75 };

function shapes({ level }: Pick<Outcome, "level">) {
  switch (level) {
    case "strong":
      return (
        <>
          <path {...filled} d="M4.9 .6h6.2l4.3 4.3v6.2l-4.3 4.3H4.9L.6 11.1V4.9z" />
          <path {...cutOut} stroke-linecap="round" d="M8 4v4.6M8 11.7v.01" />
        </>
      );
    case "suspicious":
      return (
        <>
          <path
            {...filled}
            stroke="currentColor"
            stroke-width="1.6"
            stroke-linejoin="round"
            d="M8 1.6 15 14H1z"
          />
          <path {...cutOut} stroke-width="1.8" stroke-linecap="round" d="M8 6v3.6M8 12v.01" />
        </>
      );
    case "unsure":
      return (
        <>
          <rect {...drawn} x="1.5" y="1.5" width="13" height="13" rx="2.5" />
          <path
            {...drawn}
            stroke-linecap="round"
            d="M5.9 6.2a2.1 2.1 0 1 1 3.1 1.85c-.7.4-1 .8-1 1.45M8 11.7v.01"
          />
        </>
      );
    case "no-sign":
      return (
        <>
          <circle {...drawn} cx="8" cy="8" r="6.5" />
          <circle {...filled} cx="8" cy="8" r="2.2" />
        </>
      );
    case null:
      return (
        <>
          <circle {...drawn} cx="8" cy="8" r="6.5" stroke-dasharray="2.6 2.5" />
          <path {...drawn} stroke-linecap="round" d="m5.8 10.2 4.4-4.4" />
        </>
      );
  }
}

/** @param size side in CSS pixels */
export function LevelMark({ level, size = 16 }: { level: Outcome["level"]; size?: number }) {
  return (
    <svg
      class={`mark mark-${level ?? "none"}`}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      {shapes({ level })}
    </svg>
  );
}
