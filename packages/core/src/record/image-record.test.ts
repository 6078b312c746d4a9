import { describe, expect, it } from "vitest";
import { decodePng, rgbImage } from "../image/index.ts";
import {
  decodeImageRecord,
  encodeImageRecord,
  encodePngWithRecord,
  type ImageRecord,
  imageRecordKeyword,
  optionsOfRecord,
} from "./image-record.ts";
import { ImageSettingsError } from "./image-settings-error.ts";

const record: ImageRecord = {
  glissade: "1.2.3",
  model: { source: "@glissade/model-emoji", sha256: "00" },
  settings: {
    prompt: "ein roter Apfel 🍎\u0085",
    negativePrompt: "",
    count: 3,
    seed: 7,
    seedMode: "per-image",
    steps: 20,
    sampler: "ddim",
    spacing: "respacing",
    guidance: { name: "classifier-free", scale: 4, interval: [0.1, 0.9], rescale: 0.5 },
    dynamicThresholding: 0.995,
    clipGuidance: { scale: 2, through: "x" },
    keepBest: 2,
    upscale: {
      steps: "fast27",
      sampler: "ddim",
      spacing: "respacing",
      guidance: { name: "classifier-free", scale: 1, interval: [0, 1], rescale: 0 },
      temperature: 0.997,
    },
  },
  image: 1,
  seed: 8,
  enlarge: 8,
  backend: "onnx",
  provider: "cpu",
};

const decode = (json: string) => decodeImageRecord({ [imageRecordKeyword]: json }, "a.png");
const changed = (
  change: (record: Record<string, unknown> & { settings: Record<string, unknown> }) => void,
) => {
  const copy = JSON.parse(JSON.stringify(record));
  change(copy);
  return JSON.stringify(copy);
};

describe("an image's record", () => {
  it("holds a sampler with options, and a rule by name", () => {
    const asked = {
      sampler: { name: "ddim", eta: 0.5 },
      guidance: { name: "adaptive-projected", scale: 8, eta: 0, norm: 15, interval: [0, 0.8] },
    } as const;
    const changed = { ...record, settings: { ...record.settings, ...asked } };
    const { text } = decodePng(encodePngWithRecord(rgbImage(1, 1), changed));
    const read = decodeImageRecord(text, "a.png");
    expect(read).toEqual(changed);
    expect(optionsOfRecord(read).options).toMatchObject(asked);
  });

  it("comes back from plain ASCII as it was", () => {
    expect(encodeImageRecord(record)).toMatch(/^[\x20-\x7e]*$/);
    expect(decode(encodeImageRecord(record))).toEqual(record);
    const plain = { ...record, settings: { ...record.settings, dynamicThresholding: undefined } };
    expect(decode(encodeImageRecord(plain))).toEqual(plain);
  });

  it("comes back from a PNG file, with the image that it was made from", () => {
    const edited: ImageRecord = {
      ...record,
      source: {
        task: "edit",
        image: "sketch.png",
        strength: 0.5,
        start: "inversion",
        sourcePrompt: "",
      },
    };
    const { image, text } = decodePng(encodePngWithRecord(rgbImage(2, 1), edited));
    expect(image).toEqual(rgbImage(2, 1));
    expect(decodeImageRecord(text, "a.png")).toEqual(edited);
    expect(() => optionsOfRecord(edited)).toThrow('made from another one, "sketch.png" (edit)');
  });

  it("gives the options that make one image alone, or the whole run where it depends on it", () => {
    expect(optionsOfRecord(record)).toMatchObject({
      take: 0,
      options: {
        count: 1,
        seed: 8,
        sampler: "ddim",
        guidance: { scale: 4, interval: [0.1, 0.9] },
        dynamicThresholding: 0.995,
      },
    });
    expect(optionsOfRecord({ ...record, image: "sheet" })).toMatchObject({
      take: "sheet",
      options: { count: 3, seed: 7 },
    });
    const batch = { ...record, settings: { ...record.settings, seedMode: "batch" as const } };
    expect(optionsOfRecord(batch)).toMatchObject({
      take: 1,
      options: { count: 3, seed: 7, seedMode: "batch" },
    });
  });

  it("is refused where no file can hold what made the image", () => {
    expect(() =>
      optionsOfRecord({ ...record, settings: { ...record.settings, sampler: "custom" } }),
    ).toThrow(ImageSettingsError);
    expect(() =>
      optionsOfRecord({ ...record, settings: { ...record.settings, guidance: undefined } }),
    ).toThrow(ImageSettingsError);
  });

  it.each([
    ["nothing", "", "not JSON"],
    ["half a record", encodeImageRecord(record).slice(0, 60), "not JSON"],
    ["another program's", '{"sampler":"Euler a"}', "model are not an object"],
    ["a list", "[]", "not an object"],
    ["null", "null", "not an object"],
    ["no prompt", changed(({ settings }) => delete settings.prompt), "no prompt that is a text"],
    [
      "a prompt of another type",
      changed(({ settings }) => (settings.prompt = { length: 1 })),
      "no prompt that is a text",
    ],
    ["a seed as a text", changed((copy) => (copy.seed = "7")), "no seed that is a number"],
    ["steps as a list", changed(({ settings }) => (settings.steps = [10])), "steps is neither"],
    [
      "an unknown seed mode",
      changed(({ settings }) => (settings.seedMode = "x")),
      'seedMode is "x"',
    ],
    ["an image outside the run", changed((copy) => (copy.image = 3)), "no image 3 in a run of 3"],
    ["a fractional image", changed((copy) => (copy.image = 0.5)), "no image 0.5"],
    [
      "a guidance interval that is not of numbers",
      changed(({ settings }) => (settings.guidance = { scale: 1, interval: ["0"], rescale: 0 })),
      "interval that is a list of numbers",
    ],
    ["an enormous enlargement", changed((copy) => (copy.enlarge = 1e9)), "enlarge is 1000000000"],
    [
      "fields that only a prototype has",
      changed((copy) => (copy.model = { __proto__: { source: "x" } })),
      "no source that is a text",
    ],
    ["megabytes", JSON.stringify({ a: "x".repeat(5_000_000) }), "longer than any"],
    ["a nest without end", "[".repeat(1_000_000), "The settings in a.png cannot be used"],
  ])("refuses %s", (_, json, message) => {
    expect(() => decode(json)).toThrow(ImageSettingsError);
    expect(() => decode(json)).toThrow(message);
  });

  it("is missed where there is none", () => {
    expect(() => decodeImageRecord({}, "a.png")).toThrow("a.png holds no settings of glissade");
    expect(() => decodeImageRecord({ parameters: "{}" }, "a.png")).toThrow(ImageSettingsError);
  });
});
