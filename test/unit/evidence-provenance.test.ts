/** What files say of themselves, as it is told to people. */
import { describe, expect, test } from "vitest";
import {
  credentialsOf,
  unreadCredentials,
} from "../../entrypoints/shared/evidence/provenance/credentials";
import {
  generatorMarkList,
  generatorMarks,
} from "../../entrypoints/shared/evidence/provenance/generator-marks";
import { factsOf } from "../../entrypoints/shared/evidence/provenance/metadata-facts";
import { plainText } from "../../entrypoints/shared/evidence/provenance/plain-text";

const iptc = "http://cv.iptc.org/newscodes/digitalsourcetype/";

function store(part: object = {}, active: object = {}) {
  return {
    active_manifest: "a",
    validation_state: "Valid",
    validation_status: [{ code: "signingCredential.untrusted", explanation: "untrusted" }],
    manifests: {
      a: {
        claim_generator_info: [{ name: "Camera", version: "1.2" }],
        signature_info: { issuer: "Maker", common_name: "Model X", time: "2026-01-02T03:04:05Z" },
        assertions: [
          {
            label: "c2pa.actions.v2",
            data: {
              actions: [
                { action: "c2pa.created", digitalSourceType: `${iptc}digitalCapture` },
                { action: "c2pa.edited", softwareAgent: "Editor 3", description: "retouched" },
                { action: "com.example.own" },
                "nonsense",
              ],
            },
          },
          { label: "stds.schema-org.CreativeWork", data: { author: [] } },
        ],
        ...active,
      },
    },
    ...part,
  };
}

describe("Content Credentials", () => {
  test("say who signed, when, with what, and what was done", () => {
    expect(credentialsOf(store())).toEqual({
      state: "untrusted",
      issuer: "Maker: Model X",
      signedAt: "2026-01-02T03:04:05Z",
      generator: "Camera 1.2",
      actions: [
        "Created: captured by a camera",
        "Edited, with Editor 3 (retouched)",
        "com.example.own",
      ],
      // That nobody vouches for the signer is what "untrusted" says.
      failures: [],
    });
  });

  test("hold with a trusted signer", () => {
    const trusted = credentialsOf(store({ validation_state: "Trusted", validation_status: null }));
    expect(trusted).toMatchObject({ state: "valid", failures: [] });
  });

  test("do not hold, and why", () => {
    const invalid = credentialsOf(
      store({
        validation_state: "Invalid",
        validation_status: [
          { code: "assertion.dataHash.mismatch", explanation: "asset hash error" },
          { code: "assertion.dataHash.mismatch", explanation: "again" },
          { code: "some.new.code", explanation: "something else" },
        ],
      }),
    );
    expect(invalid).toMatchObject({
      state: "invalid",
      failures: ["The file was changed after it was signed", "something else (some.new.code)"],
    });
  });

  test("tell of earlier versions", () => {
    const { manifests } = store();
    const generated = {
      assertions: [
        {
          label: "c2pa.actions",
          data: {
            actions: [
              { action: "c2pa.created", digitalSourceType: `${iptc}trainedAlgorithmicMedia` },
            ],
          },
        },
      ],
    };
    const found = credentialsOf(store({ manifests: { ...manifests, b: generated } }));
    expect(found).toMatchObject({
      actions: expect.arrayContaining(["In an earlier version: Created: made by generative AI"]),
    });
  });

  test("are none, damaged or far away", () => {
    expect(credentialsOf(null)).toEqual({ state: "none" });
    for (const bad of [{}, [], "x", store({ active_manifest: "gone" })]) {
      expect(credentialsOf(bad)).toMatchObject({ state: "unread" });
    }
    expect(unreadCredentials("C2pa(RemoteManifestUrl(http://x.example))")).toMatchObject({
      state: "unread",
      detail: expect.stringContaining("Unmask does not ask there"),
    });
    expect(unreadCredentials("C2pa(UnsupportedType)")).toMatchObject({
      detail: "Content Credentials cannot be read from files of this kind.",
    });
  });

  test("stay within the limits of the contract however much a file brings", () => {
    const actions = Array.from({ length: 5000 }, (_, i) => ({
      action: `own.${i}.${"x".repeat(5000)}`,
    }));
    const found = credentialsOf(
      store({}, { assertions: [{ label: "c2pa.actions", data: { actions } }] }),
    );
    if (found.state !== "untrusted") throw new Error(found.state);
    expect(found.actions.length).toBeLessThanOrEqual(50);
    expect(Math.max(...found.actions.map(({ length }) => length))).toBeLessThanOrEqual(500);
  });
});

describe("marks of generators", () => {
  const marks = (name: string, value: string) => generatorMarks([{ group: "any", name, value }]);

  test.each([
    ["DigitalSourceType", `${iptc}trainedAlgorithmicMedia`, "made by generative AI"],
    ["DigitalSourceType", `${iptc}compositeWithTrainedAlgorithmicMedia`, "parts of it"],
    ["Credit", "Made with Google AI", "“Made with Google AI”"],
    ["AIGC", '{"Label":"1","ContentProducer":"x"}', "AIGC label 1"],
    ["parameters", "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7", "sampler Euler a"],
    ["prompt", '{"3":{"class_type":"KSampler"}}', "ComfyUI"],
    ["invokeai_metadata", "{}", "InvokeAI"],
    ["Description", "cat Job ID: 01234567-89ab-cdef-0123-456789abcdef", "Midjourney job"],
    ["Software", "NovelAI", "names an image generator: “NovelAI”"],
    ["Software", "FaceApp 11.2", "changes or beautifies faces: “FaceApp 11.2”"],
    ["Software", "Adobe Photoshop 25.0 (Windows)", "editing software: “Adobe Photoshop 25.0"],
    ["CreatorTool", "GIMP 2.10", "editing software: “GIMP 2.10”"],
    ["Software", "Adobe Photoshop Lightroom 6.0", "photographers' software"],
  ])("are found in %s: %s", (name, value, words) => {
    const found = marks(name, value);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
  });

  test.each([
    ["DigitalSourceType", `${iptc}digitalCapture`],
    ["Software", "Ver.1.0"],
    ["ImageDescription", "A talk about Midjourney and Adobe Photoshop"],
    ["Artist", "Stable Diffusion"],
    ["Keywords", "FaceApp"],
    ["UserComment", "Steps: I walked 20"],
  ])("are not seen in %s: %s", (name, value) => {
    expect(marks(name, value)).toEqual([]);
  });

  test("are each told once, and each has a source", () => {
    const fact = { group: "EXIF", name: "Software", value: "GIMP 2.10" };
    expect(generatorMarks([fact, { ...fact, name: "CreatorTool" }])).toHaveLength(1);
    for (const { source, says } of generatorMarkList) {
      expect(source).not.toBe("");
      expect(says).toMatch(/\.$/);
    }
  });

  test("are not made up by long and hostile text", () => {
    const hostile = ["Steps: 1, ".repeat(200), '"'.repeat(2000), "a ".repeat(1000)];
    for (const value of hostile) {
      for (const name of ["parameters", "Software", "x"]) expect(marks(name, value)).toEqual([]);
    }
  });
});

describe("metadata", () => {
  test("becomes facts with the names people know", () => {
    const facts = factsOf({
      exif: {
        Make: { description: "Maker", value: ["Maker"] },
        Orientation: { description: "top-left", value: 1 },
        "Exif IFD Pointer": { description: 102, value: 102 },
      },
      gps: { Latitude: 48.1 },
      xmp: { _raw: "<x/>", title: { description: "A title", value: [] } },
      pngText: { parameters: { description: "Steps", value: "Steps" } },
      icc: { "Profile Name": { description: "sRGB", value: "sRGB" } },
    });
    expect(facts).toEqual([
      { group: "EXIF", name: "Make", value: "Maker" },
      { group: "EXIF", name: "Orientation", value: "top-left" },
      { group: "GPS position", name: "Latitude", value: "48.1" },
      { group: "XMP", name: "title", value: "A title" },
      { group: "PNG text", name: "parameters", value: "Steps" },
    ]);
  });

  test("has limits", () => {
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`tag${i}`, { description: "x".repeat(100_000) }]),
    );
    const facts = factsOf({ exif: many });
    expect(facts).toHaveLength(500);
    expect(facts[0]?.value).toHaveLength(2000);
  });

  test("loses what could deceive", () => {
    expect(plainText("a\u202egpj.exe\u0000\u200b b", 100)).toBe("agpj.exe b");
    expect(plainText("x".repeat(10), 5)).toBe("xxxx…");
    expect(plainText("line\nline\ttab", 100)).toBe("line\nline\ttab");
  });
});
