/** Shadow roots as only an extension sees them. */
import { browser } from "wxt/browser";

/** Open and closed ones alike; never the browser's own, such as the controls of a video. */
export function shadowRootOf(element: Element): ShadowRoot | null {
  if (!(element instanceof HTMLElement)) return element.shadowRoot;
  return browser.dom?.openOrClosedShadowRoot(element) ?? element.shadowRoot;
}
