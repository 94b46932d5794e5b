/**
 * A text that saves itself: shortly after the last key, and at once when it is left. What was typed
 * stays in the field where saving fails.
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useTelling } from "./tell";

const pauseMs = 600;

interface Props {
  label: string;
  /** What is stored when the field first appears; later changes from elsewhere do not disturb typing. */
  value: string;
  maxLength: number;
  /** More than one line. */
  rows?: number;
  /** An empty text is not saved; the old one comes back. */
  required?: boolean;
  /** Below the field. */
  hint?: string;
  onSave(text: string): Promise<unknown>;
}

export function SavedText({ label, value, maxLength, rows, required, hint, onSave }: Props) {
  const id = useId();
  const { attempt } = useTelling();
  const [text, setText] = useState(value);
  const stored = useRef(value);
  const typed = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const save = useRef(async () => undefined as unknown);
  save.current = async () => {
    clearTimeout(timer.current);
    const now = typed.current;
    if (now === stored.current || (required && now.trim() === "")) return;
    await attempt(async () => {
      await onSave(now);
      stored.current = now;
    });
  };
  // Who leaves without leaving the field first loses nothing either.
  useEffect(() => () => void save.current(), []);

  const field = {
    id,
    class: "saved-text",
    value: text,
    maxLength,
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onInput: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
      typed.current = event.currentTarget.value;
      setText(typed.current);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void save.current(), pauseMs);
    },
    onBlur: () => {
      if (required && typed.current.trim() === "") {
        typed.current = stored.current;
        setText(stored.current);
      }
      void save.current();
    },
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows ? <textarea {...field} rows={rows} /> : <input type="text" {...field} />}
      {hint && (
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}
