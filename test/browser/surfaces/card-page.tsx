/** Every card there is, each in a shadow root as in a page; bundled and served by the card's test. */
import { render } from "preact";
import styles from "../../../components/card.css?inline";
import { VerdictCard } from "../../../components/VerdictCard";
import type { MediaKind } from "../../../components/words";
import {
  abstentions,
  type FaceResult,
  type Level,
  levels,
  type Verdict,
} from "../../../model/verdict/verdict";

const map = { width: 3, height: 3, logits: [-2, -1, -2, 0, 4, 3, -1, 1, 0] };

function face(level: Level): FaceResult {
  const logit = levels.indexOf(level) * 2 - 3;
  return { box: [0, 0, 90, 90], logit, score: 0.5, level, map };
}

/** A plain drawing in place of a face. */
function drawnFace(): string {
  const canvas = Object.assign(document.createElement("canvas"), { width: 96, height: 96 });
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = "rgb(200, 160, 130)";
    context.fillRect(0, 0, 96, 96);
  }
  return canvas.toDataURL();
}

function show(name: string, kind: MediaKind, part: Partial<Verdict>, thumbnails: string[]) {
  const host = document.createElement("div");
  host.id = name;
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
  document.querySelector("main")?.append(host);
  const verdict: Verdict = {
    level: null,
    reason: null,
    logit: null,
    score: null,
    faces: [],
    model: "student 1",
    ...part,
  };
  render(
    <VerdictCard
      kind={kind}
      verdict={verdict}
      thumbnails={thumbnails}
      onClose={() => {
        document.title = `closed ${name}`;
      }}
      onHideSite={() => {
        document.title = `off ${name}`;
      }}
      siteName="news.example"
    />,
    root,
  );
}

const source = drawnFace();
for (const level of levels) show(level, "image", { level, faces: [face(level)] }, [source]);
for (const reason of abstentions) show(reason, "video", { reason }, []);
show(
  "crowd",
  "image",
  {
    level: "strong",
    faces: [face("strong"), ...Array.from({ length: 19 }, () => face("no-sign"))],
  },
  [source, source],
);
show(
  "clip",
  "video",
  {
    level: "suspicious",
    faces: [face("suspicious")],
    frames: [1, 2, 3].map((time) => ({ time, width: 9, height: 9, faces: [face("suspicious")] })),
  },
  [source],
);
