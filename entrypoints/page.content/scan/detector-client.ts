/**
 * The connection to the detector in the offscreen document. That document opens on demand and
 * closes itself when idle, so a lost connection is the normal case: whoever has work asks again.
 */
import { type Browser, browser } from "wxt/browser";
import {
  detectorPort,
  type FromDetector,
  fromDetector,
  parseMessage,
  type ToDetector,
} from "../../shared/messages";
import { isExtensionAlive, sendToBackground } from "../extension";

export type DetectorState = "loading" | "ready" | "failed";

export interface DetectorListener {
  /** Connected: work may be sent. */
  up(): void;
  /** Whatever was under way is lost; who has work left calls `need` again. */
  down(): void;
  message(message: FromDetector): void;
  state(state: DetectorState, detail?: string): void;
  /** The extension has been reloaded or removed. */
  orphaned(): void;
}

const firstRetryMs = 500;
const lastRetryMs = 30_000;
/** Connections that break at once before the detector is said to have failed. */
const patience = 3;

export class DetectorClient {
  private port: Browser.runtime.Port | null = null;
  private connecting = false;
  /** Somebody has work and waits for a connection. */
  private wanted = false;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;

  constructor(
    private readonly listener: DetectorListener,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => {
      if (this.retryTimer) clearTimeout(this.retryTimer);
      this.release();
    });
  }

  get isUp(): boolean {
    return this.port !== null;
  }

  /** Asks for a connection; `up` follows, at once or after retries. */
  need(): void {
    this.wanted = true;
    if (this.port || this.connecting || this.retryTimer || this.signal.aborted) return;
    this.connecting = true;
    void this.connect();
  }

  /** @returns false where there is no connection; the message is then lost */
  send(message: ToDetector): boolean {
    if (!this.port) return false;
    try {
      this.port.postMessage(message);
      return true;
    } catch {
      this.lost(this.port);
      return false;
    }
  }

  /** Nothing left to do: lets the detector go idle. */
  release(): void {
    const port = this.port;
    this.port = null;
    try {
      port?.disconnect();
    } catch {
      // The extension has gone, and the port with it.
    }
  }

  /** Forgets the pauses between failed attempts: a person asked for it. */
  retryNow(): void {
    if (this.retryTimer) clearTimeout(this.retryTimer);
    this.retryTimer = null;
    this.failures = 0;
    if (this.wanted) this.need();
  }

  private async connect(): Promise<void> {
    this.listener.state("loading");
    const answer = await sendToBackground({ type: "ensure-detector" });
    this.connecting = false;
    if (this.signal.aborted) return;
    if (!isExtensionAlive()) {
      this.listener.orphaned();
      return;
    }
    const { ok, detail } = parseAnswer(answer);
    if (!ok) {
      this.failed(detail);
      return;
    }
    this.open();
  }

  private open(): void {
    let port: Browser.runtime.Port;
    try {
      port = browser.runtime.connect({ name: detectorPort });
    } catch {
      this.listener.orphaned();
      return;
    }
    this.port = port;
    this.wanted = false;
    port.onDisconnect.addListener(() => this.lost(port));
    port.onMessage.addListener((raw: unknown) => {
      const message = parseMessage(fromDetector, raw);
      if (!message || this.port !== port) return;
      if (message.type === "detector") this.listener.state(message.state, message.detail);
      else {
        // Only an answer proves that somebody listens at the other end.
        this.failures = 0;
        this.listener.message(message);
      }
    });
    this.listener.up();
  }

  private lost(port: Browser.runtime.Port): void {
    // Reading it keeps Chrome from printing it on the page's console.
    void browser.runtime?.lastError;
    if (this.port !== port) return;
    this.port = null;
    if (!isExtensionAlive()) {
      this.listener.orphaned();
      return;
    }
    this.failed(undefined);
  }

  private failed(detail: string | undefined): void {
    this.failures += 1;
    if (this.failures >= patience) this.listener.state("failed", detail);
    const pause = Math.min(lastRetryMs, firstRetryMs * 2 ** (this.failures - 1));
    this.retryTimer = setTimeout(() => {
      this.retryTimer = null;
      if (this.wanted) this.need();
    }, pause);
    this.listener.down();
  }
}

function parseAnswer(answer: unknown): { ok: boolean; detail?: string } {
  if (typeof answer !== "object" || answer === null) return { ok: false };
  const { ok, detail } = answer as { ok?: unknown; detail?: unknown };
  return { ok: ok === true, ...(typeof detail === "string" ? { detail } : {}) };
}
