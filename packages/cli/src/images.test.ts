import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  decodeImageRecord,
  decodePng,
  encodeImageRecord,
  encodePng,
  imageRecordKeyword,
} from "@glissade/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMain } from "./__fixtures__/run-main.ts";

// Few steps keep this fast: what the images show is not tested here.
const quick = ["--steps", "4", "--quiet", "--upscale", "no"];
let folder: string;
const at = (name: string) => join(folder, name);
const png = async (name: string) => decodePng(await readFile(at(name)));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-images-"));
  const several = await runMain([
    "generate",
    "a panda",
    "--count",
    "3",
    "--seed",
    "7",
    "--enlarge",
    "1",
    "--out",
    at("run.png"),
    ...quick,
  ]);
  expect(several).toEqual({
    code: 0,
    stdout: ["run-1.png", "run-2.png", "run-3.png", "run-sheet.png"]
      .map((name) => `${at(name)}\n`)
      .join(""),
    stderr: "",
  });
});
afterAll(() => rm(folder, { recursive: true }));

describe("glissade generate", () => {
  it("writes one image with its settings and prints its path", async () => {
    const out = at("one.png");
    expect(
      await runMain([
        "generate",
        "Ein Pandabär 🐼",
        "--seed",
        "1",
        "--negative",
        "colour",
        "--guidance",
        "2.5",
        "--out",
        out,
        ...quick,
      ]),
    ).toEqual({
      code: 0,
      stdout: `${out}\n`,
      stderr: "",
    });
    const { image, text } = await png("one.png");
    expect([image.width, image.height]).toEqual([256, 256]);
    expect(decodeImageRecord(text, "one.png")).toMatchObject({
      model: { source: "@glissade/model-emoji", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      settings: {
        prompt: "Ein Pandabär 🐼",
        negativePrompt: "colour",
        seed: 1,
        steps: 4,
        guidance: { scale: 2.5 },
      },
      image: 0,
      seed: 1,
      enlarge: 8,
      backend: "onnx",
      provider: "cpu",
    });
  });

  it("makes each image of a run as it is made alone with its seed", async () => {
    await runMain([
      "generate",
      "a panda",
      "--seed",
      "8",
      "--enlarge",
      "1",
      "--out",
      at("alone.png"),
      ...quick,
    ]);
    const [alone, together] = [await png("alone.png"), await png("run-2.png")];
    expect(
      Math.max(
        ...alone.image.data.map((level, i) => Math.abs(level - (together.image.data[i] as number))),
      ),
    ).toBeLessThanOrEqual(1);
    expect((await png("run-1.png")).image.data).not.toEqual(together.image.data);
    expect((await png("run-sheet.png")).image.width).toBe(8 + 2 * (32 + 8));
  });

  it("prints one JSON document", async () => {
    const { code, stdout, stderr } = await runMain([
      "generate",
      "a panda",
      "--json",
      "--count",
      "2",
      "--seed",
      "3",
      "--sampler",
      "ddim",
      "--steps",
      "ddim4",
      "--upscale",
      "3",
      "--out",
      at("json.png"),
      "-q",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{ path: at("json-1.png"), seed: 3 }, { path: at("json-2.png"), seed: 4 }], // biome-ignore format: one line
      sheet: at("json-sheet.png"),
      settings: {
        sampler: "ddim",
        steps: "ddim4",
        spacing: "respacing",
        count: 2,
        upscale: { steps: 3, temperature: 0.997 },
      },
      model: { source: "@glissade/model-emoji", imageSize: 128 },
      provider: "cpu",
      warnings: [],
      seconds: { load: expect.any(Number), generate: expect.any(Number) },
    });
  });

  it("warns on stderr of a prompt that is too long, tells the progress, and keeps a preview", async () => {
    const { code, stderr } = await runMain([
      "generate",
      "apple ".repeat(30),
      "--steps",
      "3",
      "--upscale",
      "no",
      "--preview",
      at("preview.png"),
      "--out",
      at("long.png"),
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^step 1 of 3\nstep 2 of 3, .* left\nstep 3 of 3\nwarning: prompt "apple .*more than 24 tokens/s,
    );
    expect((await png("preview.png")).image.data).toEqual((await png("long.png")).image.data);
  });

  it("leaves nothing behind where it is stopped", async () => {
    const before = await readdir(folder);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stopped")), 300);
    const { code, stdout, stderr } = await runMain(
      ["generate", "x", "--steps", "1000", "--sampler", "ddpm", "--out", at("stopped.png"), "-q"],
      controller.signal,
    );
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: "error: stopped\n" });
    expect(await readdir(folder)).toEqual(before);
  });
});

describe("glissade reproduce", () => {
  it.each(["run-3.png", "run-sheet.png"])("makes %s again bit for bit", async (name) => {
    const { code, stdout, stderr } = await runMain([
      "reproduce",
      at(name),
      "--out",
      at("again.png"),
      "-q",
    ]);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `${at("again.png")}\n`,
      stderr: `The same image as ${at(name)}, bit for bit.\n`,
    });
    expect(await readFile(at("again.png"))).toEqual(await readFile(at(name)));
  });

  it("makes an image of a run with one stream of noise again", async () => {
    await runMain([
      "generate",
      "a panda",
      "--seed-mode",
      "batch",
      "--sampler",
      "ddpm",
      "--count",
      "2",
      "--seed",
      "5",
      "--out",
      at("batch.png"),
      ...quick,
    ]);
    const { stdout } = await runMain([
      "reproduce",
      at("batch-2.png"),
      "--out",
      at("batch-again.png"),
      "--json",
      "-q",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      identical: true,
      files: [{ path: at("batch-again.png"), seed: 5 }],
    });
  });

  it("tells how far an image differs that was changed", async () => {
    const { image, text } = await png("run-1.png");
    const data = image.data.map((level, i) => (i === 0 ? level ^ 16 : level));
    await writeFile(at("changed.png"), encodePng({ ...image, data }, { text }));
    const { stderr } = await runMain([
      "reproduce",
      at("changed.png"),
      "--out",
      at("again.png"),
      "-q",
    ]);
    expect(stderr).toBe(`note: it differs from ${at("changed.png")} by up to 16 of 255 levels.\n`);
  });

  const record = async () => JSON.parse((await png("run-1.png")).text[imageRecordKeyword] ?? "");
  const withRecord = async (
    name: string,
    change: (record: {
      model: { source: string; sha256?: string };
      settings: Record<string, unknown>;
      provider: string;
    }) => void,
  ) => {
    const changed = await record();
    change(changed);
    await writeFile(
      at(name),
      encodePng((await png("run-1.png")).image, {
        text: { [imageRecordKeyword]: encodeImageRecord(changed) },
      }),
    );
    return runMain(["reproduce", at(name), "--out", at("again.png"), "-q"]);
  };

  it("warns of other weights and another provider", async () => {
    const { code, stderr } = await withRecord("other.png", (changed) => {
      changed.model.sha256 = "0".repeat(64);
      changed.provider = "an abacus";
    });
    expect(code).toBe(0);
    expect(stderr).toContain(
      "warning: the weights of @glissade/model-emoji are not those that made the image.",
    );
    expect(stderr).toContain('warning: the image was made on "an abacus", and this one on cpu.');
  });

  it("does not fetch a model from where an image says", async () => {
    for (const source of [
      "http://127.0.0.1:9/model",
      "file:///etc",
      "\\\\host\\share",
      "//host/share",
    ]) {
      const { code, stderr } = await withRecord(
        "address.png",
        ({ model }) => (model.source = source),
      );
      expect(code).toBe(1);
      expect(stderr).toContain("give it with --model");
    }
  });

  it.each([
    ["count", 0, "there is no image 0 in a run of 0"],
    ["steps", 1e9, "expected an integer from 1 to 1000"],
    ["steps", "fast27", "expected an integer from 1 to 1000"],
    ["sampler", "toString", "There is no sampler"],
    ["spacing", "x", "expected one of"],
    ["prompt", "", "expected a description"],
    ["prompt", "x".repeat(200_000), "at most 100000 characters"],
    ["guidance", { scale: -1, interval: [0, 1], rescale: 0 }, "expected a finite number"],
    ["dynamicThresholding", 7, "expected a percentile"],
  ])("refuses settings with %s = %j", async (name, value, message) => {
    const { code, stderr } = await withRecord(
      "hostile.png",
      ({ settings }) => (settings[name] = value),
    );
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: /);
    expect(code).toBe(1);
  });
});

describe("glissade info", () => {
  it("tells what an image was made with", async () => {
    const { stdout } = await runMain(["info", at("run-2.png")]);
    expect(stdout).toContain("kind: image\n");
    expect(stdout).toContain("  prompt: a panda\n");
    expect(JSON.parse((await runMain(["info", at("run-2.png"), "--json"])).stdout)).toMatchObject({
      kind: "image",
      width: 32,
      seed: 8,
      image: 1,
    });
  });

  it("tells what a model is made of", async () => {
    const { stdout } = await runMain(["info", "@glissade/model-emoji", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      class: "GlidePipeline",
      networks: {
        base: {
          class: "Text2ImUNet",
          imageSize: 32,
          parameters: 5_691_846,
          dtypes: { float16: 287 },
        },
      },
      scheduler: { beta_schedule: "squaredcos_cap_v2" },
      generation: { sampler: "dpmpp-2m", steps: 20, guidance_scale: 5 },
    });
  });

  it("tells what the program has", async () => {
    const { stdout } = await runMain(["info"]);
    expect(stdout).toContain("backends: onnx, tfjs\nproviders\n  onnx: cpu, cuda, ");
    expect(stdout).toContain("\n  tfjs: node-gpu, node, ");
  });
});
