/** What the demo page shows, and what is known of each medium; test/fixtures/media/SOURCES.md has it all. */
import type { MediaKind } from "../../components/words";

export interface DemoMedium {
  /** In the folder of public fixtures. */
  file: string;
  kind: MediaKind;
  title: string;
  /** What was done to it; null for an unaltered one. */
  altered: string | null;
  credit: string;
  /** Served from the page's own origin, or from the other one without any CORS header. */
  from: "page" | "other";
}

const nasa = "NASA, public domain";
const whiteHouse = "Pete Souza, The White House, public domain";

export const demoMedia: DemoMedium[] = [
  {
    file: "astronaut.jpg",
    kind: "image",
    title: "Eileen Collins, astronaut",
    altered: null,
    credit: nasa,
    from: "page",
  },
  {
    file: "swap-astronaut.jpg",
    kind: "image",
    title: "The same with another face",
    altered: "Face swapped, sharp",
    credit: `Made from two pictures: ${nasa}; ${whiteHouse}`,
    from: "page",
  },
  {
    file: "portrait.jpg",
    kind: "image",
    title: "Barack Obama, official portrait",
    altered: null,
    credit: whiteHouse,
    from: "other",
  },
  {
    file: "swap-portrait.jpg",
    kind: "image",
    title: "The same with another face",
    altered: "Face swapped, drawn small",
    credit: `Made from two pictures: ${whiteHouse}; ${nasa}`,
    from: "other",
  },
  {
    file: "blue-room-right.jpg",
    kind: "image",
    title: "Joe Biden in the Blue Room, 2010",
    altered: null,
    credit: whiteHouse,
    from: "page",
  },
  {
    file: "swap-blue-room.jpg",
    kind: "image",
    title: "The same with another face",
    altered: "Face swapped, drawn small",
    credit: `Made from two pictures: ${whiteHouse}`,
    from: "page",
  },
  {
    file: "speech.jpg",
    kind: "image",
    title: "Barack Obama speaking, 2009",
    altered: null,
    credit: whiteHouse,
    from: "other",
  },
  {
    file: "self-blend-speech.jpg",
    kind: "image",
    title: "The same, face shifted and softened",
    altered: "Face blended onto itself",
    credit: `Made from one picture: ${whiteHouse}`,
    from: "other",
  },
  {
    file: "portrait.mp4",
    kind: "video",
    title: "The official portrait as a video",
    altered: null,
    credit: whiteHouse,
    from: "page",
  },
  {
    file: "swap.mp4",
    kind: "video",
    title: "The same with another face",
    altered: "Face swapped, drawn small",
    credit: `Made from two pictures: ${whiteHouse}; ${nasa}`,
    from: "page",
  },
  {
    file: "coffee.jpg",
    kind: "image",
    title: "A cup of coffee",
    altered: null,
    credit: "Rachel Michetti, CC0",
    from: "page",
  },
  {
    file: "cat.jpg",
    kind: "image",
    title: "Chelsea the cat",
    altered: null,
    credit: "Stefan van der Walt, CC0",
    from: "other",
  },
];
