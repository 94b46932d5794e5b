/**
 * From the manifest store of a file, as the Content Credentials library reports it, to what people
 * are told of it. Names and texts in it are whatever the file's maker wrote: shown as text, cut to
 * length, and never believed further than the validation goes.
 */
import * as v from "valibot";
import type { Provenance } from "../evidence";
import { plainText } from "./plain-text";

type Credentials = Provenance["credentials"];

const maxActions = 40;
const maxFailures = 20;
const maxTextCharacters = 400;

const optionalText = v.fallback(v.optional(v.string()), undefined);
const named = v.object({ name: v.string(), version: optionalText });
const action = v.object({
  action: v.string(),
  digitalSourceType: optionalText,
  softwareAgent: v.fallback(v.optional(v.union([v.string(), named])), undefined),
  description: optionalText,
});
const assertion = v.object({ label: v.string(), data: v.unknown() });
const manifest = v.object({
  claim_generator: optionalText,
  claim_generator_info: v.fallback(v.optional(v.array(named)), undefined),
  assertions: v.fallback(v.optional(v.array(assertion)), undefined),
  signature_info: v.fallback(
    v.optional(v.object({ issuer: optionalText, common_name: optionalText, time: optionalText })),
    undefined,
  ),
});
type Manifest = v.InferOutput<typeof manifest>;
const status = v.object({ code: v.string(), explanation: optionalText });

const storeSchema = v.object({
  active_manifest: v.string(),
  manifests: v.record(v.string(), manifest),
  validation_status: v.fallback(v.nullish(v.array(status)), undefined),
  validation_state: v.picklist(["Invalid", "Valid", "Trusted"]),
});

/** C2PA 2.2, "Actions"; the rest is shown by its own name. */
const actionWords: Record<string, string> = {
  "c2pa.created": "Created",
  "c2pa.opened": "Opened from an earlier file",
  "c2pa.placed": "Another picture placed in it",
  "c2pa.edited": "Edited",
  "c2pa.edited.metadata": "Metadata edited",
  "c2pa.color_adjustments": "Colours adjusted",
  "c2pa.cropped": "Cropped",
  "c2pa.resized": "Resized",
  "c2pa.filtered": "Filtered",
  "c2pa.drawing": "Drawn on",
  "c2pa.orientation": "Turned or mirrored",
  "c2pa.removed": "Something removed",
  "c2pa.redacted": "Credentials redacted",
  "c2pa.converted": "Converted to another format",
  "c2pa.transcoded": "Encoded anew",
  "c2pa.repackaged": "Repackaged",
  "c2pa.published": "Published",
  "c2pa.watermarked": "Watermarked",
  "c2pa.dubbed": "Speech replaced",
  "c2pa.unknown": "Something unknown was done",
};

/** IPTC digital source types (cv.iptc.org/newscodes/digitalsourcetype), by their last part. */
export const sourceTypeWords: Record<string, string> = {
  trainedAlgorithmicMedia: "made by generative AI",
  compositeWithTrainedAlgorithmicMedia: "composed with parts made by generative AI",
  compositeSynthetic: "composed with synthetic parts",
  algorithmicMedia: "made by an algorithm",
  algorithmicallyEnhanced: "enhanced by an algorithm",
  digitalCapture: "captured by a camera",
  computationalCapture: "captured by a camera with processing",
  compositeCapture: "composed of several captures",
  composite: "composed of several pictures",
  screenCapture: "captured from a screen",
  digitalCreation: "created by a person with digital tools",
  humanEdits: "edited by a person",
};

/** C2PA 2.2, "Standard status codes": those that say what a reader should know. */
const failureWords: Record<string, string> = {
  "assertion.dataHash.mismatch": "The file was changed after it was signed",
  "assertion.bmffHash.mismatch": "The file was changed after it was signed",
  "assertion.boxesHash.mismatch": "The file was changed after it was signed",
  "assertion.collectionHash.mismatch": "The file was changed after it was signed",
  "assertion.hashedURI.mismatch": "A signed statement was changed",
  "assertion.missing": "A signed statement is missing",
  "claimSignature.mismatch": "The signature does not fit what it signs",
  "claimSignature.missing": "The signature is missing",
  "signingCredential.untrusted": "The signer is not on the list of trusted signers",
  "signingCredential.invalid": "The signer's certificate is not fit for signing",
  "signingCredential.expired": "The signer's certificate had expired",
  "signingCredential.revoked": "The signer's certificate was revoked",
  "timeStamp.mismatch": "The time stamp does not fit",
  "timeStamp.outsideValidity": "The time stamp lies outside the certificate's time",
};

/** @param store the library's manifest store; null where the file carries no credentials. */
export function credentialsOf(store: unknown): Credentials {
  if (store === null) return { state: "none" };
  const parsed = v.safeParse(storeSchema, store);
  const active = parsed.success
    ? parsed.output.manifests[parsed.output.active_manifest]
    : undefined;
  if (!parsed.success || !active) {
    return { state: "unread", detail: "The file's Content Credentials are damaged." };
  }
  const { validation_state, validation_status, manifests } = parsed.output;
  const state = ({ Invalid: "invalid", Valid: "untrusted", Trusted: "valid" } as const)[
    validation_state
  ];
  const earlier = Object.values(manifests).filter((each) => each !== active);
  const failures = (validation_status ?? [])
    .filter(({ code }) => state === "invalid" || code !== "signingCredential.untrusted")
    .map(({ code, explanation }) => failureWords[code] ?? `${explanation ?? ""} (${code})`);
  const { issuer, common_name, time } = active.signature_info ?? {};
  return {
    state,
    ...defined("issuer", [issuer, common_name].filter(Boolean).join(": ")),
    ...defined("signedAt", time?.slice(0, 100)),
    ...defined("generator", generatorOf(active)),
    actions: [
      ...actionsOf(active),
      ...earlier.flatMap(actionsOf).map((words) => `In an earlier version: ${words}`),
    ].slice(0, maxActions),
    failures: [...new Set(failures)].map(short).slice(0, maxFailures),
  };
}

/**
 * What to say where the reader gave up.
 *
 * @param message of the library or of the worker.
 */
export function unreadCredentials(message: string): Credentials {
  if (/RemoteManifest/i.test(message)) {
    return {
      state: "unread",
      detail:
        "The file only names an address of its Content Credentials on the web. Unmask does not ask there: that would tell somebody what you are looking at.",
    };
  }
  if (/UnsupportedType|Unsupported format/i.test(message)) {
    return {
      state: "unread",
      detail: "Content Credentials cannot be read from files of this kind.",
    };
  }
  return {
    state: "unread",
    detail: short(`The file's Content Credentials could not be read: ${message}`),
  };
}

function actionsOf({ assertions = [] }: Manifest): string[] {
  return assertions
    .filter(({ label }) => label.startsWith("c2pa.actions"))
    .flatMap(({ data }) => {
      const list = v.safeParse(v.object({ actions: v.array(v.unknown()) }), data);
      return list.success ? list.output.actions.slice(0, maxActions) : [];
    })
    .flatMap((each) => {
      const parsed = v.safeParse(action, each);
      return parsed.success ? [sentenceOf(parsed.output)] : [];
    });
}

function sentenceOf({
  action: code,
  digitalSourceType,
  softwareAgent,
  description,
}: v.InferOutput<typeof action>): string {
  const source = digitalSourceType?.split("/").at(-1);
  const agent = typeof softwareAgent === "string" ? softwareAgent : versioned(softwareAgent);
  return short(
    [
      actionWords[code] ?? code,
      source && `: ${sourceTypeWords[source] ?? source}`,
      agent && `, with ${agent}`,
      description && ` (${description})`,
    ]
      .filter(Boolean)
      .join(""),
  );
}

function generatorOf({ claim_generator, claim_generator_info }: Manifest): string | undefined {
  const [first] = claim_generator_info ?? [];
  return versioned(first) ?? claim_generator;
}

function versioned(agent: v.InferOutput<typeof named> | undefined): string | undefined {
  return agent && [agent.name, agent.version].filter(Boolean).join(" ");
}

const short = (text: string) => plainText(text, maxTextCharacters);

function defined<K extends string>(key: K, text: string | undefined): { [key in K]?: string } {
  return text ? ({ [key]: short(text) } as { [key in K]?: string }) : {};
}
