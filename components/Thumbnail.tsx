/** The small picture of a medium in a list: its most telling face, or a drawing of its kind. */
import type { MediaKind } from "./words";

const drawings: Record<MediaKind, string> = {
  image: "M10 13h28v22H10zM10 31l8-8 7 7 4-4 9 8M31 20v.01",
  video: "M10 13h28v22H10zM21 19v10l8-5z",
};

export function Thumbnail({ source, kind }: { source: string | undefined; kind: MediaKind }) {
  if (source)
    return <img class="thumbnail" src={source} alt="" width={48} height={48} decoding="async" />;
  return (
    <svg class="thumbnail" viewBox="0 0 48 48" width={48} height={48} aria-hidden="true">
      <path
        d={drawings[kind]}
        fill="none"
        stroke="var(--none)"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
