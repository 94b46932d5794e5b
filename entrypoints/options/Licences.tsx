/** The list of what is bundled, with a way to each licence's text. */
import { browser } from "wxt/browser";
import { bundled } from "./licences";

export function Licences() {
  return (
    <section aria-labelledby="licences">
      <h2 id="licences">Made with</h2>
      <ul class="licences">
        {bundled.map(({ name, what, licence, text }) => (
          <li key={name}>
            <span>
              {name}
              {what && <span class="soft">, {what}</span>}
            </span>
            <a href={text} aria-label={`${licence} licence of ${name}`}>
              {licence}
            </a>
          </li>
        ))}
      </ul>
      <p class="soft">Version {browser.runtime.getManifest().version}.</p>
    </section>
  );
}
