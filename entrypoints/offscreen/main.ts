/**
 * The offscreen document: a page without a window, which unlike the service worker may start
 * workers, use WebGL and live longer than thirty seconds. It serves the detector to content scripts
 * and closes itself when nobody has asked for anything for a while.
 */
import { browser } from "wxt/browser";
import { backendNames } from "../../model/backend/backend";
import { detectorPort } from "../shared/messages";
import { type DetectorPort, DetectorService } from "./detector-service";
import { createDetectorWorker } from "./detector-worker";

/** Loading the detector takes a second; keeping it takes some hundred megabytes. */
const idleMs = 60_000;

/** `offscreen.html?backend=cpu` in a tab forces a backend: for tests and for a developer. */
const query = new URLSearchParams(location.search);
const detector = createDetectorWorker({
  backend: backendNames.find((name) => name === query.get("backend")),
});
/** Within reach of a developer's console, and of the tests. */
Object.assign(globalThis, { unmaskDetector: detector });

const service = new DetectorService(detector);

let idleTimer: ReturnType<typeof setTimeout>;
function stayAwake() {
  clearTimeout(idleTimer);
  idleTimer = setTimeout(() => {
    if (service.isIdle) window.close();
    else stayAwake();
  }, idleMs);
}
service.onActivity = stayAwake;
stayAwake();

// Registered before this script ends: the background opens a port as soon as the page has loaded.
browser.runtime.onConnect.addListener((port) => {
  if (port.name !== detectorPort) return;
  if (port.sender?.id !== browser.runtime.id) {
    port.disconnect();
    return;
  }
  stayAwake();
  service.accept(port as unknown as DetectorPort);
});
