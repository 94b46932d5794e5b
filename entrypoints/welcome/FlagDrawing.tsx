/**
 * How a flag looks on a page: a portrait of our own drawing, two halves that do not quite meet, with
 * the badge that people will see. No photograph of anybody is shown as manipulated.
 */
import { LevelMark } from "../../components/LevelMark";

export function FlagDrawing() {
  return (
    <figure class="flag">
      <div class="flag-page" aria-hidden="true">
        <svg viewBox="0 0 320 200" class="flag-portrait">
          <rect width="320" height="200" fill="var(--scene)" />
          <circle cx="262" cy="62" r="26" fill="var(--scene-sun)" />
          <path d="M0 150c60-34 110-30 160-8s110 18 160-6v64H0z" fill="var(--scene-hill)" />
          <path d="M86 200c4-24 30-35 74-35s70 11 74 35z" fill="var(--scene-coat)" />
          <path d="M156 34c-34 2-54 28-54 62 0 36 22 66 54 74z" fill="var(--scene-left)" />
          <path d="M163 40c34 2 54 26 54 60 0 36-22 64-54 72z" fill="var(--scene-right)" />
          <g fill="none" stroke="var(--scene-line)" stroke-width="4" stroke-linecap="round">
            <path d="M122 92q10-7 20 0M177 98q10-7 20 0M132 134q11 8 24 8M163 148q14 0 22-8" />
          </g>
          <g fill="var(--scene-line)">
            <circle cx="132" cy="100" r="4.5" />
            <circle cx="187" cy="106" r="4.5" />
          </g>
        </svg>
        <span class="flag-badge">
          <LevelMark level="strong" />
          Strong signs
        </span>
        <div class="flag-lines">
          <i />
          <i />
        </div>
      </div>
      <figcaption class="soft">
        A flag stands in the corner of the picture or video. Click it, and a card says what was
        seen, in which face, and how strong the signs are.
      </figcaption>
    </figure>
  );
}
