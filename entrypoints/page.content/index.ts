/** The content script of every page and every frame in it. */
import { defineContentScript } from "wxt/utils/define-content-script";
import { runPage } from "./page";

export default defineContentScript({
  matches: ["<all_urls>"],
  allFrames: true,
  matchAboutBlank: true,
  // `srcdoc`, `data:` and `blob:` frames take after the page that made them.
  matchOriginAsFallback: true,
  // Early enough to say that the page has begun before any frame inside it says so.
  runAt: "document_start",
  noScriptStartedPostMessage: true,
  main: ({ signal }) => runPage(signal),
});
