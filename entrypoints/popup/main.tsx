/**
 * The popup behind the toolbar icon. Opened as `popup.html?tab=ID` in a tab or window of its own it
 * shows the page of that tab instead of the active one, and stays open.
 */
import { render } from "preact";
import { Popup } from "./Popup";

const given = Number(new URLSearchParams(location.search).get("tab"));
const detachedTabId = Number.isInteger(given) && given > 0 ? given : null;
if (detachedTabId !== null) document.documentElement.classList.add("detached");

const root = document.getElementById("app");
if (root) render(<Popup detachedTabId={detachedTabId} />, root);
