/**
 * Access to the document that a page cannot bend. An `<img name="querySelector">` replaces that
 * member of `document`, and `<input name="parentNode">` that of its form, in every script's eyes; the
 * prototypes of this script's world are out of the page's reach.
 */

function getterOf<T, V>(prototype: object, name: string): (target: T) => V {
  let getter: (() => unknown) | null = null;
  return (target) => {
    getter ??= findGetter(prototype, name);
    return getter.call(target) as V;
  };
}

function findGetter(prototype: object, name: string): () => unknown {
  for (let owner = prototype; owner; owner = Object.getPrototypeOf(owner)) {
    const get = Object.getOwnPropertyDescriptor(owner, name)?.get;
    if (get) return get;
  }
  throw new Error(`no getter ${name}`);
}

const documentElementOf = getterOf<Document, Element | null>(Document.prototype, "documentElement");
const activeElementOf = getterOf<Document, Element | null>(Document.prototype, "activeElement");
const hiddenOf = getterOf<Document, boolean>(Document.prototype, "hidden");
const readyStateOf = getterOf<Document, DocumentReadyState>(Document.prototype, "readyState");
const parentNodeOf = getterOf<Node, ParentNode | null>(Node.prototype, "parentNode");
const nodeTypeOf = getterOf<Node, number>(Node.prototype, "nodeType");
const assignedSlotOf = getterOf<Element, HTMLSlotElement | null>(Element.prototype, "assignedSlot");

export const documentElement = (): Element | null => documentElementOf(document);
export const activeElement = (): Element | null => activeElementOf(document);
export const isPageHidden = (): boolean => hiddenOf(document);
export const isParsed = (): boolean => readyStateOf(document) !== "loading";

export const createElement = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
): HTMLElementTagNameMap[K] =>
  Document.prototype.createElement.call(document, tag) as HTMLElementTagNameMap[K];

/** Elements under a point of the viewport, topmost first; shadow hosts stand for their content. */
export const elementsAt = (x: number, y: number): Element[] =>
  Document.prototype.elementsFromPoint.call(document, x, y);

/** All elements under `root`, `root` itself left out. */
export const walkElements = (root: Node): TreeWalker =>
  Document.prototype.createTreeWalker.call(document, root, NodeFilter.SHOW_ELEMENT);

export const localNameOf = getterOf<Element, string>(Element.prototype, "localName");

export const matches = (element: Element, selector: string): boolean =>
  Element.prototype.matches.call(element, selector);

export const attributeOf = (element: Element, name: string): string | null =>
  Element.prototype.getAttribute.call(element, name);

export const rectOf = (element: Element): DOMRect =>
  Element.prototype.getBoundingClientRect.call(element);

export const isConnected = getterOf<Node, boolean>(Node.prototype, "isConnected");

/**
 * Listens until the signal aborts; capturing, because `load` and media events do not bubble. Events
 * that scripts make are left out: a page could tell us that it was leaving.
 */
export function listen(
  target: EventTarget,
  types: readonly string[],
  listener: (event: Event) => void,
  signal: AbortSignal,
): void {
  const onlyTrusted = (event: Event) => {
    if (event.isTrusted) listener(event);
  };
  for (const type of types) {
    EventTarget.prototype.addEventListener.call(target, type, onlyTrusted, {
      capture: true,
      passive: true,
      signal,
    });
  }
}

/**
 * Parent in the flattened tree: through open slots and out of shadow roots; null above the root.
 * Node types and not `instanceof`: a node adopted from an iframe has that frame's prototypes.
 */
export function flatParent(element: Element): Element | null {
  const slot = assignedSlotOf(element);
  if (slot) return slot;
  const parent = parentNodeOf(element);
  if (!parent) return null;
  const type = nodeTypeOf(parent);
  if (type === Node.ELEMENT_NODE) return parent as Element;
  return type === Node.DOCUMENT_FRAGMENT_NODE ? ((parent as ShadowRoot).host ?? null) : null;
}

/** Whether `inner` lies in `outer`, through shadow roots too. */
export function contains(outer: Element, inner: Element): boolean {
  for (let node: Element | null = inner; node; node = flatParent(node)) {
    if (node === outer) return true;
  }
  return false;
}
