import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runMain } from "./__fixtures__/run-main.ts";
import { version } from "./version.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-main-"));
  await writeFile(join(folder, "text.txt"), "not an image, and not a network");
  await writeFile(join(folder, "half.png"), "\x89PNG\r\n\x1a\n", "latin1");
});
afterAll(() => rm(folder, { recursive: true }));

describe("glissade", () => {
  it("prints its version, and help for everything", async () => {
    expect(await runMain(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    const overview = await runMain(["--help"]);
    expect(overview).toMatchObject({ code: 0, stderr: "" });
    for (const name of [
      "generate",
      "inpaint",
      "edit",
      "upscale",
      "sample",
      "reproduce",
      "pull",
      "convert",
      "train",
      "arena",
      "info",
    ]) {
      expect(overview.stdout).toContain(`  ${name} `);
      const { code, stdout } = await runMain([name, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: glissade ${name} `);
      expect(
        stdout.split("\n").every((line) => line.length <= 100 || line.startsWith("  glissade ")),
      ).toBe(true);
      expect(await runMain(["help", name])).toEqual({ code: 0, stdout, stderr: "" });
    }
    expect((await runMain(["generate", "--help"])).stdout).toContain("dpmpp-2m, dpmpp-2m-sde");
  });

  const wrong: readonly (readonly [string, ...string[]])[] = [
    ["There is no command"],
    ['Did you mean "generate"?', "genrate", "x"],
    ['glissade generate "a red apple"', "a red apple"],
    ["prompt is", "generate", ""],
    ["prompt is", "generate", " \n"],
    ["got nothing", "generate"],
    ["Put the prompt in quotes", "generate", "a", "red", "apple"],
    ["at most 16384", "generate", "a".repeat(100_000)],
    ["half of a surrogate pair", "generate", "a \ud83c"],
    ['--seed is "-1"', "generate", "x", "--seed", "-1"],
    ['--seed is "1.5"', "generate", "x", "--seed", "1.5"],
    ['--seed is "NaN"', "generate", "x", "--seed=NaN"],
    ["seed is 9007199254740992", "generate", "x", "--seed", "9007199254740991", "--count", "2"],
    ['--steps is "0"', "generate", "x", "--steps", "0"],
    ['--steps is "-5"', "generate", "x", "--steps", "-5"],
    ['--steps is "2.5"', "generate", "x", "--steps", "2.5"],
    ['--steps is "NaN"', "generate", "x", "--steps", "NaN"],
    ['--steps is "ddim"', "generate", "x", "--steps", "ddim"],
    ["steps is 5000; expected an integer from 1 to 1000", "generate", "x", "--steps", "5000"],
    ["a whole number from 1 to 256", "generate", "x", "--count", "1000"],
    ["known: ddpm, ddim,", "generate", "x", "--sampler", "ddjm"],
    ["known: respacing,", "generate", "x", "--spacing", "even"],
    ["known: cpu, cuda,", "generate", "x", "--provider", "gpu"],
    ["known: onnx, tfjs", "generate", "x", "--backend", "torch"],
    [
      "known: node-gpu, node, webgpu, webgl, wasm, cpu",
      "generate",
      "x",
      "--backend",
      "tfjs",
      "--provider",
      "wasm,cuda",
    ],
    ["--threads is of --backend onnx", "generate", "x", "--backend", "tfjs", "--threads", "2"],
    ["--guidance is", "generate", "x", "--guidance", "high"],
    ["1 to 32 for images of 128 pixels", "generate", "x", "--enlarge", "500"],
    ["ends in .png", "generate", "x", "--out", "x.jpeg"],
    ["--model is", "generate", "x", "--model", ""],
    ["Give one image", "reproduce"],
    ["--out DIR", "convert", "base.pt"],
    ['Did you mean "glide"?', "pull", "glidee"],
    ["--model DIR", "sample", "--class", "207"],
    ["known: float16", "convert", "base.pt", "--out", "m", "--dtype", "int8"],
  ];
  it.each(wrong)("exits with 2 and says: %s", async (message, ...argv) => {
    const { code, stdout, stderr } = await runMain(argv);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toContain("    at ");
    expect([code, stdout]).toEqual([2, ""]);
  });

  const failing: readonly (readonly [string, ...string[]])[] = [
    ["The folder does not exist", "generate", "x", "--out", "FOLDER/none/x.png"],
    ["A part of the path is a file", "generate", "x", "--out", "FOLDER/text.txt/x.png"],
    [
      "The folder does not exist",
      "generate",
      "x",
      "--out",
      "FOLDER/x.png",
      "--preview",
      "FOLDER/none/x.png",
    ],
    ["There is no model", "generate", "x", "--out", "FOLDER/x.png", "--model", "FOLDER/none"],
    ["model_index.json", "generate", "x", "--out", "FOLDER/x.png", "--model", "FOLDER"],
    ["none.png cannot be read (ENOENT)", "reproduce", "FOLDER/none.png"],
    ["is a folder", "reproduce", "FOLDER"],
    ["text.txt cannot be read. This is no PNG file", "reproduce", "FOLDER/text.txt"],
    ["half.png cannot be read.", "reproduce", "FOLDER/half.png"],
    ["half.png cannot be read.", "info", "FOLDER/half.png"],
    ["neither a safetensors file nor a PyTorch checkpoint", "info", "FOLDER/text.txt"],
    ["There is no model", "info", "FOLDER/none"],
    ["cannot be opened (ENOENT)", "convert", "FOLDER/none.pt", "--out", "FOLDER/model"],
    [
      "neither a safetensors file nor a PyTorch checkpoint",
      "convert",
      "FOLDER/text.txt",
      "--out",
      "FOLDER/model",
    ],
    ["is a file", "convert", "FOLDER/text.txt", "--out", "FOLDER/text.txt"],
    [
      "a folder with other things in it",
      "convert",
      "FOLDER/text.txt",
      "--out",
      "FOLDER",
      "--force",
    ],
  ];
  it.each(failing)("exits with 1, writes nothing and says: %s", async (message, ...argv) => {
    const { code, stdout, stderr } = await runMain(
      argv.map((argument) => argument.replace("FOLDER", folder)),
    );
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect([code, stdout]).toEqual([1, ""]);
    expect((await readdir(folder)).sort()).toEqual(["half.png", "text.txt"]);
  });

  it("shows where an error comes from with DEBUG=glissade", async () => {
    process.env.DEBUG = "other,glissade";
    const { stderr } = await runMain(["info", join(folder, "none")]);
    delete process.env.DEBUG;
    expect(stderr).toContain("    at ");
  });

  it("does not let a message give orders to the terminal", async () => {
    const { stderr } = await runMain([
      "convert",
      "x.pt\x1b[2J\u009b2J",
      "--out",
      join(folder, "m"),
    ]);
    expect(stderr).toContain("x.pt?[2J?2J");
  });
});
