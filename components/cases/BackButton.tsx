/** Leads one step up. */
export function BackButton({ name, onBack }: { name: string; onBack(): void }) {
  return (
    <button type="button" class="back" onClick={onBack}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M10 3 5 8l5 5" fill="none" stroke="currentColor" stroke-width="1.75" />
      </svg>
      {name}
    </button>
  );
}
