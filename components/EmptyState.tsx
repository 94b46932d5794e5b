/** Says in one heading and one sentence why there is nothing to see, and what can be done about it. */
import type { ComponentChildren } from "preact";

interface Props {
  heading: string;
  /** Drawing above the heading. */
  sign: "face" | "off" | "closed" | "trouble";
  children?: ComponentChildren;
  action?: { name: string; onClick(): void };
}

const signs: Record<Props["sign"], string> = {
  // The two halves of our icon.
  face: "M26 12c-9 1-14 8-14 17s6 15 14 17zM30 14c9 1 14 7 14 16s-6 15-14 17zM20 27v.01M37 29v.01",
  off: "M28 12v16M18.5 18a15 15 0 1 0 19 0",
  closed: "M17 26h22v18H17zM21 26v-5a7 7 0 0 1 14 0v5M28 33v4",
  trouble: "M28 12 46 44H10zM28 24v9M28 38v.01",
};

export function EmptyState({ heading, sign, children, action }: Props) {
  return (
    <div class="empty">
      <svg class="empty-sign" viewBox="0 0 56 56" aria-hidden="true">
        <circle cx="28" cy="28" r="28" fill="var(--sunken)" />
        <path
          d={signs[sign]}
          fill="none"
          stroke="var(--none)"
          stroke-width="2"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
      <h2>{heading}</h2>
      {children && <p>{children}</p>}
      {action && (
        <button type="button" class="button" onClick={action.onClick}>
          {action.name}
        </button>
      )}
    </div>
  );
}
