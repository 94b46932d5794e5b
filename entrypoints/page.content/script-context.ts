/**
 * Stands in for WXT's `ContentScriptContext` in the build (see `resolve.alias` in wxt.config.ts).
 * WXT's own announces itself to the page with an event that names the extension, and stops the
 * script when it hears that event from anyone: a page could find us and switch us off. Ours does
 * neither; `extension.ts` notices by itself when the extension has gone.
 */
export class ContentScriptContext {
  private readonly controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }
}
