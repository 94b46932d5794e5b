/** One badge: a real button with a sign and two or three words. */
import { render } from "preact";
import { LevelMark } from "../../../components/LevelMark";
import { kindWord, title } from "../../../components/words";
import type { Verdict } from "../../../model/verdict/verdict";
import { createElement } from "../document-access";
import type { Subject } from "../scan/subject";

/** Few words for a pill; the full title is the button's name and the card's heading. */
function badgeWords(verdict: Verdict): string {
  if (verdict.level === "strong") return "Strong signs";
  if (verdict.level === "suspicious") return "Signs of manipulation";
  return title(verdict);
}

export function createBadge(open: () => void): HTMLButtonElement {
  const button = createElement("button");
  button.type = "button";
  button.className = "badge";
  button.hidden = true;
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", (event) => {
    // A click from a script would be a page's, on a button it cannot even see.
    if (event.isTrusted) open();
  });
  return button;
}

/** @returns the words it shows */
export function fillBadge(button: HTMLButtonElement, subject: Subject, verdict: Verdict): string {
  const words = badgeWords(verdict);
  button.setAttribute(
    "aria-label",
    `Unmask: ${title(verdict)} in this ${kindWord[subject.kind]}. Show details.`,
  );
  render(
    <>
      <LevelMark level={verdict.level} />
      <span>{words}</span>
    </>,
    button,
  );
  return words;
}
