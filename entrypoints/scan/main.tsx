/**
 * The scan page: a person drops files of their own here, and the command line opens it in a browser
 * without a window. `?workers=N&backend=wasm&evidence` is for the latter.
 */
import { render } from "preact";
import { backendNames } from "../../model/backend/backend";
import { ScanPage } from "./ScanPage";

/** A person's other tabs want to breathe. */
const workersForAPerson = 2;

const query = new URLSearchParams(location.search);
const workers = Number(query.get("workers") ?? workersForAPerson);
const backend = backendNames.find((name) => name === query.get("backend"));

const root = document.getElementById("app");
if (root) {
  const evidence = query.has("evidence");
  render(<ScanPage workers={workers} backend={backend} evidence={evidence} />, root);
}
