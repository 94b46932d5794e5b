/**
 * The browser's own side panel, which Playwright does not count among its pages: reached over the
 * debugging protocol.
 */
import type { CDPSession } from "playwright-core";
import { expect } from "vitest";
import type { LaunchedBrowser } from "../../../cli/browser";

export interface SidePanel {
  /** What an expression gives in the panel. */
  evaluate(expression: string): Promise<unknown>;
  /** What it shows, as text. */
  text(): Promise<string>;
}

/** Waits until the panel is open. */
export async function sidePanelOf(browser: LaunchedBrowser): Promise<SidePanel> {
  const session = await browser.context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error("The browser gave no debugging session.");
  const url = browser.extensionUrl("sidepanel.html");
  const find = async () => {
    const { targetInfos } = await session.send("Target.getTargets");
    return targetInfos.find((target) => target.url === url)?.targetId;
  };
  await expect.poll(find, { timeout: 15_000 }).toBeDefined();
  const targetId = (await find()) ?? "";
  const { sessionId } = await session.send("Target.attachToTarget", { targetId });
  const evaluate = (expression: string) => ask(session, sessionId, expression);
  return {
    evaluate,
    text: async () => String(await evaluate("document.body.innerText")),
  };
}

let lastId = 0;

/** Through the browser's session: Playwright opens none of its own for such a page. */
function ask(session: CDPSession, sessionId: string, expression: string): Promise<unknown> {
  lastId += 1;
  const id = lastId;
  const message = JSON.stringify({
    id,
    method: "Runtime.evaluate",
    params: { expression, returnByValue: true, awaitPromise: true },
  });
  return new Promise((resolve, reject) => {
    const received = (event: { message: string }) => {
      const answer = JSON.parse(event.message) as {
        id?: number;
        result?: { result?: { value?: unknown } };
      };
      if (answer.id !== id) return;
      session.off("Target.receivedMessageFromTarget", received);
      resolve(answer.result?.result?.value);
    };
    session.on("Target.receivedMessageFromTarget", received);
    session.send("Target.sendMessageToTarget", { sessionId, message }).catch(reject);
  });
}
