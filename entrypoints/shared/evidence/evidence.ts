/**
 * Evidence: all that was learnt of one medium, as the evidence view shows it, a case keeps it and a
 * report prints it. It is plain data, complete in itself, and the same whether the medium came from a
 * page, a file or the command line; whoever reads it back parses it with this schema.
 */
import * as v from "valibot";
import { levels } from "../../../model/verdict/verdict";
import { verdictSchema } from "../messages";

const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit));
const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"));
const isoTime = v.pipe(v.string(), v.isoTimestamp());
/** A small picture for people to look at; never what was scored. */
const preview = v.pipe(v.string(), v.startsWith("data:image/"), v.maxLength(200_000));

/** Where a medium came from. */
export const originSchema = v.variant("kind", [
  v.object({
    kind: v.literal("page"),
    /** Address of the medium itself; of a `data:` picture only its beginning. */
    url: text(8192),
    pageUrl: text(8192),
    pageTitle: text(1000),
  }),
  /** A part of the visible page, cut out of a screenshot: the medium itself could not be read. */
  v.object({ kind: v.literal("region"), pageUrl: text(8192), pageTitle: text(1000) }),
  v.object({ kind: v.literal("file"), name: text(1000) }),
  v.object({ kind: v.literal("pasted") }),
  /** An address that somebody asked to check, outside any page. */
  v.object({ kind: v.literal("link"), url: text(8192) }),
]);
export type Origin = v.InferOutput<typeof originSchema>;

/** The bytes that were looked at. Absent where they could not be had (a live video, say). */
export const fileFactsSchema = v.object({
  sha256,
  bytes: count,
  /** As the bytes themselves say ("image/jpeg"); empty where unknown. */
  type: text(100),
});
export type FileFacts = v.InferOutput<typeof fileFactsSchema>;

/** What one of the web's usual treatments does to the result: how stable it is. */
export const stabilitySchema = v.object({
  /** "JPEG quality 60", "Half size and back": words for people. */
  treatment: text(100),
  /** Of the whole picture; null where it then abstains. */
  logit: v.nullable(finite),
  score: v.nullable(finite),
  level: v.nullable(v.picklist(levels)),
});
export type Stability = v.InferOutput<typeof stabilitySchema>;

/** One fact that a file says of itself; text from files is never trusted, and shown as text only. */
const metadataFact = v.object({ group: text(60), name: text(200), value: text(2000) });

export const provenanceSchema = v.object({
  /** Content Credentials (C2PA), validated on the device with remote manifests and OCSP off. */
  credentials: v.variant("state", [
    v.object({ state: v.literal("none") }),
    /** Not looked for, or the reader failed: `detail` says why. */
    v.object({ state: v.literal("unread"), detail: text(500) }),
    v.object({
      state: v.picklist(["valid", "invalid", "untrusted"]),
      /** Who signed, when, with which tool; what was done; which checks failed. */
      issuer: v.optional(text(500)),
      signedAt: v.optional(text(100)),
      generator: v.optional(text(500)),
      actions: v.array(text(500)),
      failures: v.array(text(500)),
    }),
  ]),
  /** EXIF, XMP, IPTC, PNG text. */
  metadata: v.pipe(v.array(metadataFact), v.maxLength(500)),
  /** Facts above that generators and editors are known to leave, in words. */
  generatorMarks: v.pipe(v.array(text(500)), v.maxLength(50)),
});
export type Provenance = v.InferOutput<typeof provenanceSchema>;

const threshold = v.object({ logit: finite, falsePositiveRate: finite, realPictures: count });

/** The student that scored it and what its levels meant. */
export const detectorFactsSchema = v.object({
  model: text(200),
  /** SHA-256 of the package's `card.json`, which holds the hashes of its other files. */
  cardSha256: sha256,
  backend: text(20),
  temperature: finite,
  thresholds: v.object({ unsure: threshold, suspicious: threshold, strong: threshold }),
  /** Version of the extension or command line. */
  toolVersion: text(40),
});
export type DetectorFacts = v.InferOutput<typeof detectorFactsSchema>;

export const evidenceSchema = v.object({
  format: v.literal(1),
  id: v.pipe(v.string(), v.uuid()),
  kind: v.picklist(["image", "video"]),
  origin: originSchema,
  checkedAt: isoTime,
  file: v.optional(fileFactsSchema),
  /** Why there is no `file`. */
  fileMissing: v.optional(text(300)),
  /** Pixels, after EXIF orientation; 0 where unknown. */
  width: count,
  height: count,
  /** Seconds. */
  duration: v.optional(finite),
  /** With frames for videos, and coarse maps where the student gave them. */
  verdict: verdictSchema,
  /** How a video was sampled: "as it played", "every 0.5 s". */
  sampling: v.optional(text(100)),
  /** The medium, small. */
  preview: v.optional(preview),
  /** `crops[i]` shows `verdict.faces[i]` (the scored square). */
  crops: v.array(preview),
  /** Videos: small pictures of sampled frames, by the frame's time. */
  frameThumbnails: v.optional(v.array(v.object({ time: finite, picture: preview }))),
  stability: v.array(stabilitySchema),
  provenance: v.optional(provenanceSchema),
  detector: detectorFactsSchema,
});
export type Evidence = v.InferOutput<typeof evidenceSchema>;

/** What a person says of a medium after looking; beside the tool's result, never instead of it. */
export const reviewerCalls = ["genuine", "manipulated", "cannot-tell"] as const;
export type ReviewerCall = (typeof reviewerCalls)[number];

/** One medium in a case. */
export const caseItemSchema = v.object({
  id: v.pipe(v.string(), v.uuid()),
  caseId: v.pipe(v.string(), v.uuid()),
  addedAt: isoTime,
  evidence: evidenceSchema,
  notes: text(20_000),
  tags: v.pipe(v.array(text(60)), v.maxLength(50)),
  call: v.nullable(v.picklist(reviewerCalls)),
  callAt: v.nullable(isoTime),
});
export type CaseItem = v.InferOutput<typeof caseItemSchema>;

export const caseSchema = v.object({
  id: v.pipe(v.string(), v.uuid()),
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  notes: text(20_000),
  createdAt: isoTime,
  changedAt: isoTime,
});
export type Case = v.InferOutput<typeof caseSchema>;
