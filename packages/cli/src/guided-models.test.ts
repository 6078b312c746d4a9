import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onnx } from "@glissade/backend-onnx";
import {
  type Adm,
  decodeImageRecord,
  decodePng,
  encodeImageRecord,
  encodePng,
  type Glide,
  imageRecordKeyword,
  loadAdm,
  loadGlide,
  type Tensor,
} from "@glissade/core";
import { encodeSafetensors, writeSafetensors } from "@glissade/core/weights";
import { emoji } from "@glissade/model-emoji";
import { loadClipVocabulary } from "@glissade/vocabularies/clip";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMain } from "./__fixtures__/run-main.ts";
import {
  smallAdm,
  smallBase,
  smallClassifier,
  smallClip,
  smallWeights,
} from "./__fixtures__/small-networks.ts";

const base = { ...smallBase, n_vocab: 2048 };
const networks = {
  base: ["glide", base],
  "clip/image_encoder": ["clip-image", smallClip],
  "clip/text_encoder": ["clip-text", smallClip],
  unet: ["adm", smallAdm],
  classifier: ["adm-classifier", smallClassifier],
} as const;

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const png = async (name: string) => decodePng(await readFile(at(name)));
const emojiTokens = fileURLToPath(emoji.files["tokenizer/tokenizer.json"].url);

function weightsOf(name: keyof typeof networks): Map<string, Tensor> {
  const [kind, json] = networks[name];
  return smallWeights(kind, json);
}

/** A checkpoint with its config beside it. */
async function checkpoint(name: keyof typeof networks): Promise<string> {
  const path = at("checkpoints", name, "model.safetensors");
  await mkdir(at("checkpoints", name), { recursive: true });
  await writeSafetensors(path, weightsOf(name));
  await writeFile(at("checkpoints", name, "config.json"), JSON.stringify(networks[name][1]));
  return path;
}

/** The same model put together by hand, without any of this program's own writing. */
async function byHand(
  index: object,
  files: Record<string, unknown>,
  names: readonly (keyof typeof networks)[],
): Promise<Map<string, Blob>> {
  const model = new Map(
    [["model_index.json", index], ...Object.entries(files)].map(([path, json]) => [
      String(path),
      new Blob([JSON.stringify(json)]),
    ]),
  );
  for (const name of names)
    model.set(`${name}/model.safetensors`, new Blob([await encodeSafetensors(weightsOf(name))]));
  return model;
}

/** The state after every step: images of random networks are black and white, and tell less. */
async function statesOf(
  run: ReturnType<Glide["generate"]> | ReturnType<Adm["generate"]>,
): Promise<number[][]> {
  const states: number[][] = [];
  for await (const { x } of run) states.push([...x.data]);
  return states;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-guided-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a converted model with a noised CLIP", () => {
  beforeAll(async () => {
    const checkpoints = [
      await checkpoint("base"),
      await checkpoint("clip/image_encoder"),
      await checkpoint("clip/text_encoder"),
    ];
    await cp(emojiTokens, at("checkpoints", "base", "tokenizer.json"));
    expect(
      await runMain(["convert", ...checkpoints, "--out", at("glide"), "--steps", "4", "-q"]),
    ).toMatchObject({ code: 0, stderr: "" });
  });

  it("is led by it just as the same model put together by hand", async () => {
    const model = await byHand(
      {
        _class_name: "GlidePipeline",
        base: ["glissade", "Text2ImUNet"],
        clip: ["glissade", "NoisedClip"],
      },
      {
        "base/config.json": base,
        "clip/config.json": smallClip,
        "scheduler/scheduler_config.json": {
          num_train_timesteps: 1000,
          beta_schedule: "squaredcos_cap_v2",
          prediction_type: "epsilon",
          variance_type: "learned_range",
        },
        "tokenizer/tokenizer.json": JSON.parse(await readFile(emojiTokens, "utf8")),
        "clip_tokenizer/tokenizer.json": await loadClipVocabulary({ vocabularySize: 49_408 }),
      },
      ["base", "clip/image_encoder", "clip/text_encoder"],
    );
    const backend = onnx();
    const options = {
      prompt: "a red apple",
      seed: 3,
      steps: 4,
      sampler: "ddim" as const,
      guidance: 1,
    };
    const draw = async (source: Parameters<typeof loadGlide>[0]) => {
      const glide = await loadGlide(source, { backend });
      expect(glide.networks).toEqual(["base", "clip"]);
      const runs = [
        await statesOf(glide.generate(options)),
        await statesOf(glide.generate({ ...options, clipGuidance: 500 })),
      ];
      await glide.dispose();
      return runs;
    };
    const [converted, assembled] = [await draw(at("glide")), await draw(model)];
    await backend.dispose();
    expect(converted).toEqual(assembled);
    expect(converted[0]).not.toEqual(converted[1]);
  });

  it("draws with --clip, keeps the best with --keep, and makes the image again", async () => {
    const argv = [
      "generate",
      "a red apple",
      "--model",
      at("glide"),
      "--guidance",
      "1",
      "--clip",
      "500",
      "--seed",
      "3",
      "--enlarge",
      "1",
      "-q",
    ];
    expect(
      (await runMain([...argv, "--count", "4", "--keep", "2", "--out", at("kept.png")])).code,
    ).toBe(0);
    const { text } = await png("kept-1.png");
    expect(decodeImageRecord(text, "kept-1.png").settings).toMatchObject({
      clipGuidance: { scale: 500, through: "x" },
      keepBest: 2,
      count: 4,
    });
    expect((await runMain([...argv, "--out", at("led.png")])).code).toBe(0);
    const { stderr } = await runMain([
      "reproduce",
      at("led.png"),
      "--out",
      at("led-again.png"),
      "-q",
    ]);
    expect(stderr).toContain("bit for bit");
  });

  it("is refused with half a CLIP, and with a CLIP alone", async () => {
    const [model, image, text] = [
      await checkpoint("base"),
      await checkpoint("clip/image_encoder"),
      await checkpoint("clip/text_encoder"),
    ];
    expect(
      (await runMain(["convert", model, image, "--out", at("refused"), "-q"])).stderr,
    ).toContain("only one half of a CLIP is there");
    expect(
      (await runMain(["convert", image, text, "--out", at("refused"), "-q"])).stderr,
    ).toContain("none of these makes images");
    expect(
      (await runMain(["convert", model, await checkpoint("unet"), "--out", at("refused"), "-q"]))
        .stderr,
    ).toContain("convert them into two models");
  });
});

describe("a converted model of guided-diffusion", () => {
  const sample = (...argv: string[]) =>
    runMain([
      "sample",
      "--model",
      at("adm"),
      "--sampler",
      "ddim",
      "--steps",
      "4",
      "--enlarge",
      "1",
      "-q",
      ...argv,
    ]);

  beforeAll(async () => {
    const checkpoints = [await checkpoint("unet"), await checkpoint("classifier")];
    expect(
      await runMain(["convert", ...checkpoints, "--out", at("adm"), "--guidance", "2", "-q"]),
    ).toMatchObject({ code: 0, stderr: "" });
  });

  it("draws classes just as the same model put together by hand", async () => {
    const scheduler = {
      num_train_timesteps: 1000,
      beta_schedule: "linear",
      prediction_type: "epsilon",
      variance_type: "learned_range",
    };
    const model = await byHand(
      {
        _class_name: "AdmPipeline",
        unet: ["glissade", "AdmUNet"],
        classifier: ["glissade", "NoisedClassifier"],
        generation: { classifier_scale: 2 },
      },
      {
        "unet/config.json": smallAdm,
        "classifier/config.json": smallClassifier,
        "scheduler/scheduler_config.json": scheduler,
      },
      ["unet", "classifier"],
    );
    const backend = onnx();
    const draw = async (source: Parameters<typeof loadAdm>[0]) => {
      const adm = await loadAdm(source, { backend });
      expect([adm.imageSize, adm.classes]).toEqual([8, 3]);
      const options = { count: 3, seed: 4, sampler: "ddim", steps: 4 } as const;
      const { images, settings } = await adm.generate({ ...options, classes: [0, 2, 1] });
      expect(settings.classifierScale).toBe(2);
      const runs = [];
      for (const scale of [{}, { classifierScale: 0 }])
        runs.push(await statesOf(adm.generate({ ...options, ...scale, classes: 1 })));
      await adm.dispose();
      return { images: images.map(({ data }) => data), runs };
    };
    const [converted, assembled] = [await draw(at("adm")), await draw(model)];
    await backend.dispose();
    expect(converted).toEqual(assembled);
    expect(converted.runs[0]).not.toEqual(converted.runs[1]);

    expect((await sample("--class", "0,2,1", "--seed", "4", "--out", at("classes.png"))).code).toBe(
      0,
    );
    for (const [k, data] of converted.images.entries())
      expect((await png(`classes-${k + 1}.png`)).image.data).toEqual(data);
  });

  it("writes down how each image was made, and makes it again", async () => {
    const { code, stdout } = await sample(
      "--class",
      "2",
      "--count",
      "2",
      "--seed",
      "7",
      "--scale",
      "3",
      "--out",
      at("runs.png"),
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{ seed: 7 }, { seed: 8 }],
      sheet: at("runs-sheet.png"),
      settings: { classes: [2, 2], classifierScale: 3, sampler: "ddim", steps: 4, count: 2 },
      model: { imageSize: 8, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const record = decodeImageRecord((await png("runs-2.png")).text, "runs-2.png");
    expect(record).toMatchObject({
      image: 1,
      seed: 8,
      settings: { classes: [2, 2], classifierScale: 3 },
    });
    for (const name of ["runs-2.png", "runs-sheet.png"]) {
      const { stderr } = await runMain(["reproduce", at(name), "--out", at("again.png"), "-q"]);
      expect(stderr).toMatch(
        name === "runs-sheet.png" ? /bit for bit/ : /bit for bit|by up to 1 of 255/,
      ); // drawn alone it may round otherwise
    }
    const facts = JSON.parse((await runMain(["info", at("runs-1.png"), "--json"])).stdout);
    expect(facts.settings).toMatchObject({ classes: [2, 2] });
  });

  it("is told by info", async () => {
    const { networks: found, generation } = JSON.parse(
      (await runMain(["info", at("adm"), "--json"])).stdout,
    );
    expect(found).toMatchObject({
      unet: { class: "AdmUNet", imageSize: 8 },
      classifier: { class: "NoisedClassifier" },
    });
    expect(generation).toEqual({ sampler: "ddpm", steps: 250, classifier_scale: 2 });
  });

  const wrong: readonly (readonly [string, ...string[]])[] = [
    ["--class is", "--class", "dog"],
    ["--class is", "--class", "-1"],
    ["a class from 0 to 2", "--class", "3"],
    ["a class from 0 to 2"],
    ["or 3 of them", "--class", "1,2", "--count", "3"],
    ["--scale is", "--class", "1", "--scale", "-1"],
    ["got 1 arguments", "207"],
    ["--model is", "--class", "1", "--model", ""],
  ];
  it.each(wrong)("exits with 2 and says: %s", async (message, ...argv) => {
    const refused = await sample(...argv, "--out", at("refused.png"));
    expect(refused.stderr).toContain(message);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
  });

  it("is no model for a prompt, and needs one of its kind", async () => {
    expect(
      (await runMain(["generate", "x", "--model", at("adm"), "--out", at("refused.png"), "-q"]))
        .stderr,
    ).toContain("AdmPipeline");
    expect(
      (await sample("--class", "1", "--model", at("glide"), "--out", at("refused.png"))).stderr,
    ).toContain("GlidePipeline");
    expect((await runMain(["sample", "--class", "1"])).stderr).toContain("--model DIR");
  });

  it.each([
    ["classes", [5, 5]],
    ["classes", ["2", "2"]],
    ["classifierScale", -1],
    ["steps", 1e9],
  ])("does not make an image again whose settings say %s = %j", async (name, value) => {
    const { image, text } = await png("runs-1.png");
    const record = JSON.parse(text[imageRecordKeyword] ?? "");
    await writeFile(
      at("hostile.png"),
      encodePng(image, {
        text: {
          [imageRecordKeyword]: encodeImageRecord({
            ...record,
            settings: { ...record.settings, [name]: value },
          }),
        },
      }),
    );
    const { code, stderr } = await runMain([
      "reproduce",
      at("hostile.png"),
      "--out",
      at("again.png"),
      "-q",
    ]);
    expect(stderr).toContain("hostile.png cannot be used");
    expect(code).toBe(1);
  });
});
