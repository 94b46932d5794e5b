/** An on/off switch with its name and, where needed, a note; a checkbox underneath, so keys work. */
import type { ComponentChildren } from "preact";

interface Props {
  checked: boolean;
  onChange(checked: boolean): void;
  children: ComponentChildren;
  note?: ComponentChildren;
  disabled?: boolean;
}

export function Switch({ checked, onChange, children, note, disabled = false }: Props) {
  return (
    <label class="switch">
      <span class="switch-name">
        {children}
        {note && <span class="switch-note">{note}</span>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}
