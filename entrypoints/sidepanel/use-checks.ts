/**
 * What the workbench has open, and every way in which something comes to be checked in it: a row of
 * the list, a menu, a key, a file, the clipboard, a part of the screen.
 */
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type { CheckRequest } from "../shared/messages";
import type { Medium } from "../shared/page/groups";
import { mediaName } from "../shared/page/media-name";
import { pointAtMedium, scanAll } from "../shared/page/page-commands";
import { captureRegion } from "./capture-region";
import type { Incoming } from "./incoming";
import { type Inspection, Inspections } from "./inspections";
import {
  factsOf,
  findLargest,
  type Prepared,
  prepareFile,
  prepareLink,
  prepareListed,
  preparePasted,
  preparePointed,
  Unavailable,
} from "./prepare";
import type { Place } from "./use-active-tab";
import { useInspections } from "./use-inspections";

export const sections = ["page", "check", "cases"] as const;
export type Section = (typeof sections)[number];

export interface Checks {
  store: Inspections;
  inspections: readonly Inspection[];
  section: Section;
  /** What is open in the section shown; null: only its list. */
  opened: Inspection | null;
  /** Tab on which a rectangle is being drawn. */
  selecting: number | null;
  /** Why the last request led nowhere, a sentence. */
  problem: string | null;
  incoming: Incoming;
  go(section: Section): void;
  open(id: string | null): void;
  openListed(medium: Medium): void;
  region(): void;
  take(request: CheckRequest): void;
}

/** @param frameIds frames of the page that have media, for a key that asks for what is in view */
export function useChecks(place: Place | null, pageUrl: string, frameIds: number[]): Checks {
  const store = useMemo(() => new Inspections(), []);
  const inspections = useInspections(store);
  const [section, setSection] = useState<Section>("page");
  /** By tab for its page's list, and one for what was asked on demand. */
  const [openIds, setOpenIds] = useState<Record<string, string | null>>({});
  const [selecting, setSelecting] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  // Callbacks are made once, for rows that are drawn anew only when something of theirs changes.
  const latest = useRef({ place, pageUrl, frameIds, section });
  latest.current = { place, pageUrl, frameIds, section };

  const show = useCallback((where: Section, id: string | null) => {
    setProblem(null);
    setSection(where);
    const slot = slotOf(where, latest.current.place);
    setOpenIds((now) => ({ ...now, [slot]: id }));
  }, []);

  const check = useCallback(
    (name: string, prepare: () => Promise<Prepared>) => {
      const isPrivate = latest.current.place?.isPrivate ?? false;
      show("check", store.add({ name, listed: null, isPrivate }, prepare));
    },
    [show, store],
  );

  const openMedium = useCallback(
    (tabId: number, medium: Pick<Medium, "frameId" | "id">, url: string, again: boolean) => {
      const { frameId, id: mediumId } = medium;
      const known = store.all.find(
        ({ listed }) =>
          listed?.tabId === tabId && listed.frameId === frameId && listed.mediumId === mediumId,
      );
      const prepare = () => prepareListed(tabId, frameId, mediumId);
      if (known) {
        if (known.problem || again) store.again(known.id, prepare);
        show("page", known.id);
        return;
      }
      const { place, pageUrl } = latest.current;
      const listed = { tabId, frameId, mediumId, pageUrl };
      const about = { name: nameOf(url), listed, isPrivate: place?.isPrivate ?? false };
      show("page", store.add(about, prepare));
    },
    [show, store],
  );

  const openListed = useCallback(
    (medium: Medium) => {
      const tabId = latest.current.place?.tabId;
      if (tabId === undefined) return;
      void pointAtMedium(tabId, medium);
      // A video may have been watched on since it was last opened.
      openMedium(tabId, medium, medium.url, medium.kind === "video");
    },
    [openMedium],
  );

  const region = useCallback(
    async (tabId: number) => {
      setSelecting(tabId);
      setProblem(null);
      try {
        const prepared = await captureRegion(await factsOf(tabId));
        if (prepared) check("Part of the screen", async () => prepared);
      } catch (error) {
        setProblem(sentenceOf(error));
      } finally {
        setSelecting(null);
      }
    },
    [check],
  );

  const inView = useCallback(
    async (tabId: number) => {
      try {
        await factsOf(tabId);
        const found = await findLargest(tabId, latest.current.frameIds);
        openMedium(tabId, found, "", true);
      } catch (error) {
        setProblem(sentenceOf(error));
      }
    },
    [openMedium],
  );

  const take = useCallback(
    async (request: CheckRequest) => {
      const { what, tabId, frameId, pageUrl: askedOn } = request;
      if (what.kind === "region") return region(tabId);
      if (what.kind === "in-view") return inView(tabId);
      if (what.kind === "link")
        return check(nameOf(what.url), () => prepareLink(what.url, askedOn));
      if (what.kind === "medium") {
        return check(nameOf(what.url), () => preparePointed(request, what.medium, what.url));
      }
      show("page", null);
      if (!(await scanAll(tabId, frameId))) {
        setProblem("Unmask cannot look at this page: the browser keeps it to itself.");
      }
    },
    [region, inView, check, show],
  );

  const incoming = useMemo<Incoming>(
    () => ({
      files(files) {
        const isPrivate = latest.current.place?.isPrivate ?? false;
        const ids = store.addAll(
          files.map((file) => [
            { name: file.name, listed: null, isPrivate },
            () => prepareFile(file),
          ]),
        );
        show("check", ids.length === 1 ? (ids[0] ?? null) : null);
      },
      pasted: (picture) => check("Pasted picture", () => preparePasted(picture)),
      address: (url) => check(nameOf(url), () => prepareLink(url, latest.current.pageUrl)),
    }),
    [check, show, store],
  );

  const openId = openIds[slotOf(section, place)] ?? null;
  return {
    store,
    inspections,
    section,
    opened: inspections.find(({ id }) => id === openId) ?? null,
    selecting,
    problem,
    incoming,
    go: useCallback((to: Section) => {
      setProblem(null);
      setSection(to);
    }, []),
    open: useCallback((id: string | null) => show(latest.current.section, id), [show]),
    openListed,
    region: () => {
      if (place) void region(place.tabId);
    },
    take,
  };
}

function slotOf(section: Section, place: Place | null): string {
  return section === "page" ? `page ${place?.tabId}` : section;
}

function nameOf(url: string): string {
  return url ? mediaName(url).file : "The medium in view";
}

function sentenceOf(error: unknown): string {
  if (error instanceof Unavailable) return error.message;
  console.error(error);
  return "Something went wrong. Please try again.";
}
