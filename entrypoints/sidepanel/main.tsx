/**
 * The workbench: in the browser's side panel it follows the active tab of its window; opened as
 * `sidepanel.html?tab=ID` in a tab of its own it keeps to that tab. `&request` lets the latter take
 * what menus and keys ask for, where there is no panel.
 */
import { render } from "preact";
import { Workbench } from "./Workbench";

const query = new URLSearchParams(location.search);
const given = Number(query.get("tab"));
const ownTabId = Number.isInteger(given) && given > 0 ? given : null;

const root = document.getElementById("app");
if (root) {
  const takesRequests = ownTabId === null || query.has("request");
  render(<Workbench fixedTabId={ownTabId} takesRequests={takesRequests} />, root);
}
