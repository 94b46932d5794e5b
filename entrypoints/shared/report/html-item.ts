/** One medium in the HTML report: what was looked at, what was seen, and what each figure was. */
import {
  callWords,
  counted,
  explanation,
  kindWord,
  limits,
  title,
} from "../../../components/words";
import type { Level } from "../../../model/verdict/verdict";
import { mediumOf } from "../cases/brief";
import type { CaseItem, Evidence } from "../evidence/evidence";
import { scoreChart } from "./html-chart";
import { address, foreign, html, type Markup, picture } from "./html-text";

type Face = Evidence["verdict"]["faces"][number];

/** @param number of the item in the report, from 1. */
export function itemSection(item: CaseItem, number: number): Markup {
  const { evidence, call, callAt, notes, tags } = item;
  const { verdict, kind } = evidence;
  return html`
<section class="item" id="item-${number}">
<div class="head">
${picture(evidence.preview, `The ${kindWord[kind]}, small`, "preview")}
<div>
<h3>${number}. ${foreign(mediumOf(evidence).name)}</h3>
${result(verdict)}
<p>${explanation(verdict, kind, verdict.detail)}</p>
<p class="call">${
    call
      ? html`The reviewer's call: <b>${callWords[call]}</b>, ${when(callAt)}.`
      : "The reviewer has made no call."
  }</p>
${tags.length > 0 && html`<p class="small">Tags: ${tags.map((tag, i) => html`${i > 0 && ", "}${foreign(tag)}`)}</p>`}
</div>
</div>
${notes && html`<h4>Notes</h4><p class="text" dir="auto">${notes}</p>`}
${facts(evidence)}
${faces(evidence)}
${frames(evidence)}
${stability(evidence)}
${provenance(evidence)}
<h4>What cannot be known of this ${kindWord[kind]}</h4>
<ul class="plain small">${limits(verdict, kind).map((sentence) => html`<li>${sentence}</li>`)}</ul>
</section>`;
}

export function result(outcome: Pick<Evidence["verdict"], "level" | "reason">): Markup {
  return html`<p class="result ${outcome.level ?? "none"}"><span class="dot"></span><b>${title(outcome)}</b></p>`;
}

export const figure = (value: number | null): string =>
  // More digits would claim what two machines do not share.
  value === null ? "–" : value.toFixed(3);

/** `2026-11-23 10:00:00 UTC` */
export function when(iso: string | null): string {
  return iso
    ? `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`
    : "at no known time";
}

function facts(evidence: Evidence): Markup {
  const { origin, file, verdict, width, height, duration, detector, sampling } = evidence;
  const { url, pageUrl, pageTitle } = mediumOf(evidence);
  const rows: [string, Markup | string | undefined | false][] = [
    ["Address", url !== "" && address(url)],
    ["File name", origin.kind === "file" && foreign(origin.name)],
    ["Page", pageUrl !== "" && address(pageUrl)],
    ["Page title", pageTitle !== "" && foreign(pageTitle)],
    ["Came as", origins[origin.kind]],
    ["Checked", when(evidence.checkedAt)],
    [
      "SHA-256",
      file
        ? html`<span class="hash">${file.sha256}</span>`
        : `Not known: ${evidence.fileMissing ?? "the bytes could not be had"}`,
    ],
    ["Bytes", file && `${file.bytes.toLocaleString("en")}${file.type && `, ${file.type}`}`],
    ["Dimensions", width > 0 && `${width} × ${height} pixels`],
    ["Length", duration !== undefined && `${duration.toFixed(2)} s`],
    ["Sampled", sampling],
    [
      "Score",
      verdict.logit !== null &&
        `${figure(verdict.score)} (logit ${figure(verdict.logit)}); 0 to 1, a rank of how strong the signs are`,
    ],
    ["Model", `${detector.model}, on ${detector.backend}, with Unmask ${detector.toolVersion}`],
    [
      "Model card",
      html`<a class="hash" href="#model-${detector.cardSha256}">${detector.cardSha256}</a>`,
    ],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => value && html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

const origins: Record<Evidence["origin"]["kind"], string> = {
  page: "Found on a page",
  region: "Cut out of a screenshot of a page: the pixels were drawn by the browser",
  file: "A file on the reviewer's device",
  pasted: "Pasted by the reviewer",
  link: "An address given by the reviewer",
};

function faces({ verdict, crops, kind }: Evidence): Markup | false {
  if (verdict.faces.length === 0) return false;
  const heading = kind === "video" ? "People followed through the video" : "Faces";
  return html`<h4>${heading}</h4>
${scroll(
  heading,
  html`<table class="scores"><thead><tr><th>Picture</th><th>Face</th><th>Result</th><th class="number">Score</th><th class="number">Logit</th><th>Box: x, y, width, height</th></tr></thead><tbody>
${verdict.faces.map(
  (face, i) =>
    html`<tr><td>${picture(crops[i], `Face ${nameOf(face, i)}`, "crop")}</td><td>${nameOf(face, i)}</td>${outcome(face)}<td>${box(face)}</td></tr>`,
)}</tbody></table>`,
)}`;
}

function frames(evidence: Evidence): Markup | false {
  const sampled = evidence.verdict.frames ?? [];
  if (sampled.length === 0) return false;
  const heading = `Every sampled frame (${sampled.length})`;
  const chart = scoreChart(evidence);
  return html`<h4>${heading}</h4>${chart && scroll("Scores over time", chart)}
${scroll(
  heading,
  html`<table class="scores"><thead><tr><th class="number">Second</th><th>Face</th><th>Result</th><th class="number">Score</th><th class="number">Logit</th><th>Box: x, y, width, height</th></tr></thead><tbody>
${sampled.map(({ time, faces: seen }) =>
  seen.length === 0
    ? html`<tr><td class="number">${seconds(time)}</td><td colspan="5">No face found</td></tr>`
    : seen.map(
        (face, i) =>
          html`<tr><td class="number">${i === 0 && seconds(time)}</td><td>${nameOf(face, i)}</td>${outcome(face)}<td>${box(face)}</td></tr>`,
      ),
)}</tbody></table>`,
)}`;
}

function stability({ stability: treatments }: Evidence): Markup | false {
  if (treatments.length === 0) return false;
  return html`<h4>The same medium under the web's usual treatments</h4>
${scroll(
  "Treatments",
  html`<table><thead><tr><th>Treatment</th><th>Result</th><th class="number">Score</th><th class="number">Logit</th></tr></thead><tbody>
${treatments.map(
  ({ treatment, level, score, logit }) =>
    html`<tr><td>${treatment}</td><td>${title({ level, reason: null })}</td><td class="number">${figure(score)}</td><td class="number">${figure(logit)}</td></tr>`,
)}</tbody></table>`,
)}`;
}

function provenance({ provenance: known }: Evidence): Markup {
  if (!known) return html`<h4>What the file says of itself</h4><p class="small">Not read.</p>`;
  const { credentials, metadata, generatorMarks } = known;
  return html`<h4>What the file says of itself</h4>
<p class="small">${credentialWords(credentials)}</p>
${generatorMarks.length > 0 && html`<ul class="plain small">${generatorMarks.map((mark) => html`<li>${foreign(mark)}</li>`)}</ul>`}
${
  metadata.length === 0
    ? html`<p class="small">No metadata was found.</p>`
    : scroll(
        "Metadata",
        html`<table><tbody>${metadata.map(
          ({ group, name, value }) =>
            html`<tr><td>${foreign(group)}</td><td>${foreign(name)}</td><td>${foreign(value)}</td></tr>`,
        )}</tbody></table>`,
      )
}`;
}

type Credentials = NonNullable<Evidence["provenance"]>["credentials"];

function credentialWords(credentials: Credentials): Markup {
  if (credentials.state === "none") return html`It carries no Content Credentials.`;
  if (credentials.state === "unread") {
    return html`Content Credentials were not read: ${foreign(credentials.detail)}`;
  }
  const { state, issuer, signedAt, generator, actions, failures } = credentials;
  const says = {
    valid: "Content Credentials whose signature holds",
    untrusted: "Content Credentials whose signature holds, by a signer that is on no list of trust",
    invalid:
      "Content Credentials that do not hold: the file was changed after signing, or they were not made for it",
  }[state];
  return html`${says}${issuer && html`; signed by ${foreign(issuer)}`}${signedAt && html`, ${foreign(signedAt)}`}${generator && html`; made with ${foreign(generator)}`}.${
    actions.length > 0 && html` Recorded: ${list(actions)}.`
  }${failures.length > 0 && html` Failed checks: ${list(failures)}.`}`;
}

const list = (texts: string[]) => texts.map((text, i) => html`${i > 0 && "; "}${foreign(text)}`);

function outcome(face: Face): Markup {
  const reason = face.reason ?? null;
  const level: Level | null = face.level ?? null;
  const words =
    face.logit === null
      ? title({ level: null, reason })
      : level
        ? title({ level, reason: null })
        : "";
  return html`<td>${words}</td><td class="number">${figure(face.score)}</td><td class="number">${figure(face.logit)}</td>`;
}

/** From 1, as the evidence view counts. */
const nameOf = (face: Face, index: number): number => (face.track ?? index) + 1;
const seconds = (time: number | null) => (time === null ? "–" : time.toFixed(2));
const box = (face: Face) => face.box.map((side) => Math.round(side)).join(", ");

/** Wide tables scroll by themselves on narrow screens, by keyboard as well. */
function scroll(name: string, table: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${name}">${table}</div>`;
}

/** `2 faces, 14 frames` */
export function seen({ verdict }: Evidence): string {
  const found = counted(verdict.faces.length, "face");
  return verdict.frames ? `${found}, ${counted(verdict.frames.length, "frame")}` : found;
}
