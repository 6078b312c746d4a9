import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tensor } from "@glissade/core";
import { writeSafetensors } from "@glissade/core/weights";
import { tensor } from "@glissade/graph";
import { emoji } from "@glissade/model-emoji";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMain } from "./__fixtures__/run-main.ts";
import { smallBase, smallWeights } from "./__fixtures__/small-networks.ts";

/** With the emoji model's tokens, and what a training program notes beside. */
const config = { ...smallBase, n_vocab: 2048, diffusion_steps: 500, trained_steps: 3 };

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const json = async (...names: string[]) => JSON.parse(await readFile(at(...names), "utf8"));

function weightsFor(
  json: Readonly<Record<string, unknown>>,
  change: (weights: Map<string, Tensor>) => void = () => {},
): Map<string, Tensor> {
  const weights = smallWeights("glide", json);
  change(weights);
  return weights;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-convert-"));
  await writeFile(at("config.json"), JSON.stringify(config));
  await cp(fileURLToPath(emoji.files["tokenizer/tokenizer.json"].url), at("tokenizer.json"));
  await writeSafetensors(at("base.safetensors"), weightsFor(config));
});
afterAll(() => rm(folder, { recursive: true }));

describe("glissade convert", () => {
  it("makes a model folder that generate runs", async () => {
    const converted = await runMain([
      "convert",
      at("base.safetensors"),
      "--out",
      at("model"),
      "--dtype",
      "float16",
      "--sampler",
      "ddim",
      "--steps",
      "3",
      "--guidance",
      "1.5",
      "-q",
    ]);
    expect(converted).toEqual({ code: 0, stdout: `${at("model")}\n`, stderr: "" });
    expect((await readdir(at("model"), { recursive: true })).sort()).toEqual(
      [
        "base",
        "base/config.json",
        "base/model.safetensors",
        "model_index.json",
        "scheduler",
        "scheduler/scheduler_config.json",
        "tokenizer",
        "tokenizer/tokenizer.json",
      ].map((path) => join(path)),
    );
    expect(await json("model", "model_index.json")).toMatchObject({
      _class_name: "GlidePipeline",
      base: ["glissade", "Text2ImUNet"],
      generation: { sampler: "ddim", steps: 3, guidance_scale: 1.5 },
    });
    const { trained_steps: _, diffusion_steps: __, ...network } = config;
    expect(await json("model", "base", "config.json")).toEqual({
      _class_name: "Text2ImUNet",
      ...network,
    });
    expect(await json("model", "scheduler", "scheduler_config.json")).toEqual({
      num_train_timesteps: 500,
      beta_schedule: "squaredcos_cap_v2",
      prediction_type: "epsilon",
      variance_type: "learned_range",
      clip_sample: true,
    });
    const info = JSON.parse((await runMain(["info", at("model"), "--json"])).stdout);
    expect(info.networks.base.dtypes).toEqual({ float16: info.networks.base.tensors });

    const { code, stdout } = await runMain([
      "generate",
      "an apple",
      "--model",
      at("model"),
      "--seed",
      "1",
      "--out",
      at("a.png"),
      "--json",
      "-q",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      settings: { sampler: "ddim", steps: 3, guidance: { scale: 1.5 } },
      model: { imageSize: 8 },
      enlarge: 32,
    });
  });

  it("replaces a model only with --force", async () => {
    const again = ["convert", at("base.safetensors"), "--out", at("model"), "-q"];
    expect(await runMain(again)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("holds a model already"),
    });
    expect((await json("model", "model_index.json")).generation.steps).toBe(3);
    expect((await runMain([...again, "--force"])).code).toBe(0);
    expect((await json("model", "model_index.json")).generation.steps).toBe(15);
  });

  it("takes a network out of a larger checkpoint", async () => {
    const nested = new Map<string, Tensor>(
      [...weightsFor(config)].map(([name, value]) => [`module.${name}`, value]),
    );
    await writeSafetensors(at("nested.safetensors"), nested.set("optimizer.step", tensor([1])));
    expect(
      (await runMain(["convert", at("nested.safetensors"), "--out", at("unnested"), "-q"])).code,
    ).toBe(0);
    expect(await readFile(at("unnested", "base", "model.safetensors"))).toEqual(
      await readFile(at("model", "base", "model.safetensors")),
    );
  });

  it("puts a base and an upsampler into one model", async () => {
    const upsampler = { ...config, image_size: 16, attention_resolutions: [16], super_res: true };
    await writeSafetensors(at("up.safetensors"), weightsFor(upsampler));
    await cp(at("config.json"), at("parts", "base", "config.json"));
    await cp(at("tokenizer.json"), at("parts", "base", "tokenizer.json"));
    await cp(at("base.safetensors"), at("parts", "base", "base.safetensors"));
    await cp(at("up.safetensors"), at("parts", "up", "up.safetensors"));
    await writeFile(at("parts", "up", "config.json"), JSON.stringify(upsampler));
    const checkpoints = [
      at("parts", "base", "base.safetensors"),
      at("parts", "up", "up.safetensors"),
    ];
    expect(await runMain(["convert", ...checkpoints, "--out", at("both"), "-q"])).toMatchObject({
      code: 0,
    });
    expect(await json("both", "model_index.json")).toMatchObject({
      base: ["glissade", "Text2ImUNet"],
      upsampler: ["glissade", "SuperResText2ImUNet"],
      upsampler_scheduler: ["glissade", "GaussianDiffusion"],
    });
    expect(await json("both", "upsampler_scheduler", "scheduler_config.json")).toMatchObject({
      beta_schedule: "linear",
    });
    expect(
      await runMain([
        "convert",
        checkpoints[0] as string,
        checkpoints[0] as string,
        "--out",
        at("twice"),
        "-q",
      ]),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("are both a Text2ImUNet"),
    });
  });

  it.each([
    [
      "a weight is missing",
      (weights: Map<string, Tensor>) => void weights.delete("out.2.bias"),
      "1 missing: out.2.bias",
    ],
    [
      "a weight has another shape",
      (weights: Map<string, Tensor>) => void weights.set("out.2.bias", tensor([7])),
      "out.2.bias ([7] where [6] is needed)",
    ],
    [
      "there is a weight too many",
      (weights: Map<string, Tensor>) => void weights.set("label_emb.weight", tensor([1])),
      "1 not in the network: label_emb.weight",
    ],
    [
      "a weight is too large for float16",
      (weights: Map<string, Tensor>) =>
        void weights.set("out.2.bias", tensor([6], [0, 0, 0, 1e6, 0, 0])),
      "too large for float16",
    ],
  ])("writes nothing where %s", async (_, change, message) => {
    await writeSafetensors(at("wrong.safetensors"), weightsFor(config, change));
    const before = await readdir(folder);
    expect(
      await runMain([
        "convert",
        at("wrong.safetensors"),
        "--out",
        at("wrong"),
        "--dtype",
        "float16",
        "-q",
      ]),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    });
    expect(await readdir(folder)).toEqual(before);
  });

  it.each([
    [
      "no size",
      { ...config, image_size: undefined, model_channels: 32 },
      "does not say the images' size",
    ],
    ["another number of tokens", { ...config, n_vocab: 2049 }, "does not fit"],
    ["channels that cannot be", { ...config, num_channels: 33 }, "config.num_channels"],
    [
      "an unknown schedule",
      { ...config, noise_schedule: "sigmoid" },
      "known: squaredcos_cap_v2, linear",
    ],
  ])("refuses a configuration with %s", async (_, changed, message) => {
    await writeFile(at("changed.json"), JSON.stringify(changed));
    const { code, stderr } = await runMain([
      "convert",
      at("base.safetensors"),
      "--config",
      at("changed.json"),
      "--out",
      at("refused"),
      "-q",
    ]);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  it("asks for tokens that fit the network", async () => {
    const { stderr } = await runMain([
      "convert",
      at("base.safetensors"),
      "--tokenizer",
      "gpt2",
      "--out",
      at("refused"),
      "-q",
    ]);
    expect(stderr).toContain(
      "GPT-2's tokenizer has 50257 tokens, and the network was trained with 2048.",
    );
    expect(
      (
        await runMain([
          "convert",
          at("base.safetensors"),
          "--tokenizer",
          at("config.json"),
          "--out",
          at("refused"),
          "-q",
        ])
      ).code,
    ).toBe(1);
  });

  it("leaves nothing where it is stopped", async () => {
    const before = await readdir(folder);
    const { code } = await runMain(
      ["convert", at("base.safetensors"), "--out", at("stopped"), "-q"],
      AbortSignal.abort(new Error("stopped")),
    );
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual(before);
  });
});
