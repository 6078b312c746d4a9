import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onnx } from "@glissade/backend-onnx";
import { decodePng, loadGlide } from "@glissade/core";
import { loadCheckpoint, readRecords } from "@glissade/train";
import { describe, expect, it } from "vitest";
import { runMain } from "../__fixtures__/run-main.ts";
import { InterruptedError } from "../errors.ts";
import { tinyTraining } from "./__fixtures__/tiny-training.ts";

/** Trains a stage on the folder's images; further options come last. */
function training(folder: string, stage: string, out: string, ...more: string[]) {
  const own = [
    "--data",
    join(folder, "images"),
    "--recipe",
    join(folder, "recipe.json"),
    "--workers",
    "1",
  ];
  return ["train", stage, "--out", join(folder, out), ...own, ...more];
}
const tokenizer = (folder: string) => ["--tokenizer", join(folder, "tokenizer.json")];

describe("glissade train base", () => {
  it("trains, logs, samples, reports, and gives a model that makes images", async () => {
    const folder = await tinyTraining();
    const asked = [
      "--steps",
      "4",
      "--sample-every",
      "2",
      "--prompts",
      "red; a blue square",
      "--workers",
      "2",
      ...tokenizer(folder),
    ];
    const { code, stdout, stderr } = await runMain(training(folder, "base", "run", ...asked));
    expect(stderr).toContain("step 4/4");
    expect([code, stdout]).toEqual([0, `${join(folder, "run", "model")}\n`]);

    const run = join(folder, "run");
    expect((await readdir(run)).filter((name) => !name.startsWith("events"))).toEqual([
      "log.jsonl",
      "model",
      "report.html",
      "run.json",
      "samples-00000002.png",
      "samples-00000002.txt",
      "samples-00000004.png",
      "samples-00000004.txt",
      "step-00000004.safetensors",
      "tokenizer.json",
    ]);
    expect(readRecords(join(run, "log.jsonl")).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(
      decodePng(await readFile(join(run, "samples-00000004.png"))).image.width,
    ).toBeGreaterThan(256);
    expect(await readFile(join(run, "report.html"), "utf8")).toContain("a blue square");

    const backend = onnx({ threads: 1 });
    const glide = await loadGlide(join(run, "model"), { backend });
    const { images } = await glide.generate({ prompt: "red", steps: 2 });
    await backend.dispose();
    expect(images[0]).toMatchObject({ width: 8, height: 8 });
  });

  it("goes through the same losses when it is stopped and resumed, without being told the recipe again", async () => {
    const folder = await tinyTraining();
    const asked = ["--sample-every", "0", ...tokenizer(folder)];
    expect((await runMain(training(folder, "base", "whole", "--steps", "6", ...asked))).code).toBe(
      0,
    );
    const stop = new AbortController();
    const stopped = runMain(
      training(folder, "base", "halves", "--steps", "6", "--checkpoint-minutes", "0", ...asked),
      stop.signal,
    );
    while (
      !(await readdir(join(folder, "halves")).catch(() => [])).some((name) =>
        name.startsWith("step-"),
      )
    )
      await new Promise((wake) => setTimeout(wake, 5));
    stop.abort(new InterruptedError(130));
    const { code, stderr } = await stopped;
    const halfway = (await loadCheckpoint(join(folder, "halves"))).step;
    expect(halfway).toBeLessThan(6);
    expect(code).toBe(130);
    expect(stderr).toContain(`glissade train base --out ${join(folder, "halves")} --resume`);

    expect(
      (await runMain(["train", "base", "--out", join(folder, "halves"), "--resume"])).code,
    ).toBe(0);
    const losses = (run: string) =>
      readRecords(join(folder, run, "log.jsonl")).map(({ step, loss }) => [step, loss]);
    expect(losses("halves")).toEqual(losses("whole"));
  });

  it("tells what a run will cost, and writes nothing", async () => {
    const folder = await tinyTraining();
    const { code, stdout } = await runMain([
      ...training(folder, "base", "run", ...tokenizer(folder)),
      "--dry-run",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^data .*8 images/);
    for (const line of [
      /^parameters {2}[\d,]+$/m,
      /^memory .*activations/m,
      /^disk .*MB a checkpoint/m,
      /^time .*measured.*100,000 steps/m,
    ])
      expect(stdout).toMatch(line);
    expect(await readdir(folder)).toEqual(["images", "recipe.json", "tokenizer.json"]);
    const json = JSON.parse(
      (
        await runMain([
          ...training(folder, "base", "run", ...tokenizer(folder)),
          "--dry-run",
          "--json",
          "--minutes",
          "1",
        ])
      ).stdout,
    );
    expect(json.recipe.steps).toBe(Math.floor(60 / json.secondsPerStep));
  });
});

it("ends with the step's data where a loss is not finite", async () => {
  const folder = await tinyTraining();
  const wild = [
    "--learning-rate",
    "1e38",
    "--warm-up",
    "0",
    "--max-norm",
    "1e30",
    "--steps",
    "9",
    "--sample-every",
    "1",
  ];
  const { code, stderr } = await runMain(
    training(folder, "base", "run", ...wild, ...tokenizer(folder)),
  );
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /Step \d has a (loss|gradient) that is not finite.*diverged-step-\d.safetensors/s,
    ),
  ]);
  expect((await readdir(join(folder, "run"))).join()).toMatch(/diverged-step.*report.html/);
  expect(await readFile(join(folder, "run", "samples-00000001.txt"), "utf8")).toContain(
    "no images",
  );
});

describe("the stages that follow", () => {
  it("go on with a run, and their networks lie in one model", async () => {
    const folder = await tinyTraining();
    const few = ["--steps", "2", "--sample-every", "2"];
    expect(
      (await runMain(training(folder, "base", "base", ...few, ...tokenizer(folder)))).code,
    ).toBe(0);
    await writeFile(
      join(folder, "recipe.json"),
      JSON.stringify({ batchSize: 4, partSize: 2, averages: [0.9] }),
    );
    const from = ["--from", join(folder, "base")];
    for (const stage of ["finetune-cfg", "finetune-inpaint"]) {
      const { code, stderr } = await runMain(training(folder, stage, stage, ...few, ...from));
      expect(stderr).toContain("step 2/2");
      expect(code).toBe(0);
    }
    expect(
      JSON.parse(await readFile(join(folder, "finetune-cfg", "run.json"), "utf8")).recipe,
    ).toMatchObject({ emptyShare: 0.2, diffusion: { steps: 100 } });

    const model = join(folder, "model");
    const exported = (run: string, ...more: string[]) =>
      runMain(["train", "export", join(folder, run), "--out", model, ...more]);
    expect(await exported("finetune-cfg")).toMatchObject({
      code: 0,
      stdout: `${join(model, "base")}\n`,
    });
    expect(await exported("finetune-inpaint", "--average", "0")).toMatchObject({ code: 0 });
    expect(await exported("base")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("has a base network already"),
    });
    expect(await exported("base", "--force", "--average", "0.5")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("0.9, 0"),
    });
    expect((await readdir(model)).sort()).toEqual([
      "base",
      "base_inpaint",
      "model_index.json",
      "scheduler",
      "tokenizer",
    ]);
    expect(JSON.parse((await runMain(["info", model, "--json"])).stdout).networks).toMatchObject({
      base_inpaint: { class: "InpaintText2ImUNet" },
    });
  });

  it("train an upsampler, a CLIP and a classifier from nothing", async () => {
    const folder = await tinyTraining(16);
    const few = ["--steps", "2", "--sample-every", "2"];
    const recipe = (json: object) =>
      writeFile(
        join(folder, "recipe.json"),
        JSON.stringify({ batchSize: 4, partSize: 4, averages: [0.9], ...json }),
      );
    const { network } = JSON.parse(await readFile(join(folder, "recipe.json"), "utf8"));
    await recipe({
      network: { ...network, image_size: 16, attention_resolutions: [8], num_res_blocks: 1 },
      lowRes: { side: 8 },
    });
    const upsampler = await runMain(
      training(folder, "upsampler", "up", ...few, ...tokenizer(folder)),
    );
    expect(upsampler).toMatchObject({ code: 0 });
    expect(
      decodePng(await readFile(join(folder, "up", "samples-00000002.png"))).image.width,
    ).toBeGreaterThan(256);

    await recipe({
      network: {
        image_size: 16,
        patch_size: 8,
        n_embd: 8,
        n_vocab: 600,
        n_xf_blocks_image: 1,
        n_xf_blocks_text: 1,
        n_head_image: 1,
        n_head_text: 1,
        n_head_state_image: 8,
        n_head_state_text: 8,
      },
    });
    expect(await runMain(training(folder, "clip", "clip", ...few))).toMatchObject({ code: 0 });
    expect(await readdir(join(folder, "clip", "model", "clip"))).toEqual([
      "config.json",
      "image_encoder",
      "text_encoder",
    ]);
    const told = JSON.parse(
      (await runMain(["info", join(folder, "clip", "model"), "--json"])).stdout,
    );
    expect(told.networks.clip).toMatchObject({
      imageSize: 16,
      weights: { "clip/image_encoder": { dtypes: { float16: expect.any(Number) } } },
    });

    await recipe({
      network: {
        image_size: 16,
        classifier_width: 32,
        channel_mult: "1,2",
        classifier_attention_resolutions: "8",
        num_head_channels: 32,
      },
    });
    await writeFile(
      join(folder, "classes.json"),
      JSON.stringify(["red", "green", "blue", "black", "white", "yellow", "pink", "grey"]),
    );
    expect(
      await runMain(
        training(
          folder,
          "classifier",
          "classes",
          ...few,
          "--classes",
          join(folder, "classes.json"),
        ),
      ),
    ).toMatchObject({ code: 0 });
    expect(
      JSON.parse(
        await readFile(join(folder, "classes", "model", "classifier", "config.json"), "utf8"),
      ).out_channels,
    ).toBe(8);
    expect((await runMain(["info", join(folder, "classes", "model")])).stdout).toContain(
      "class: NoisedClassifier",
    );
  });
});

describe("what is wrong is said before anything is computed", () => {
  it("in the command line", async () => {
    const folder = await tinyTraining();
    const ask = async (...argv: string[]) => {
      const { code, stderr } = await runMain(["train", ...argv]);
      return `${code} ${stderr}`;
    };
    expect(await ask("bse")).toMatch(/^2 .*no training stage.*Did you mean "base"/s);
    expect(await ask("base")).toMatch(/^2 .*--out DIR/s);
    expect(await ask("base", "--out", join(folder, "run"))).toMatch(/^2 .*--data PATH/s);
    expect(await ask("base", "images", "--out", join(folder, "run"))).toMatch(
      /^2 .*no further argument/s,
    );
    expect(await ask("base", "--out", "x", "--steps", "5", "--minutes", "5")).toMatch(
      /^2 .*give one/s,
    );
    expect(await ask("base", "--preset", "emojy", "--out", "x")).toMatch(
      /^2 .*Did you mean "emoji"/s,
    );
    expect(await ask(...training(folder, "finetune-cfg", "run").slice(1))).toMatch(/^2 .*--from/s);
    expect(
      await ask(
        ...training(
          folder,
          "base",
          "run",
          "--batch",
          "5",
          "--part",
          "2",
          ...tokenizer(folder),
        ).slice(1),
      ),
    ).toMatch(/^2 .*a divisor of the batch/s);
    expect(
      await ask(...training(folder, "base", "run", "--learning-rate", "fast").slice(1)),
    ).toMatch(/^2 .*1e-4/s);
    expect(await ask(...training(folder, "base", "run", "--timesteps", "noisy").slice(1))).toMatch(
      /^2 .*loss-second-moment/s,
    );
    for (const timesteps of ["shifted", "shifted:0", "uniform:2"])
      expect(
        await ask(...training(folder, "base", "run", "--timesteps", timesteps).slice(1)),
      ).toMatch(/^2 .*shifted:6/s);
    expect(await ask("export", join(folder, "images"))).toMatch(/^2 .*--out MODEL/s);
    expect(await readdir(folder)).toEqual(["images", "recipe.json", "tokenizer.json"]);
  });

  it("in the data and the folders", async () => {
    const folder = await tinyTraining();
    const ask = async (argv: readonly string[]) => {
      const { code, stderr } = await runMain(argv);
      return `${code} ${stderr}`;
    };
    await mkdir(join(folder, "empty"));
    await mkdir(join(folder, "bare"));
    await writeFile(
      join(folder, "bare", "a.png"),
      await readFile(join(folder, "images", "red.png")),
    );
    await writeFile(join(folder, "bad.json"), JSON.stringify({ stepz: 3 }));
    await writeFile(
      join(folder, "data.mjs"),
      "export const one = 1; export const nothing = async () => ({});",
    );
    const on = (data: string) => [
      "train",
      "base",
      "--out",
      join(folder, "run"),
      "--data",
      data,
      "--recipe",
      join(folder, "recipe.json"),
      ...tokenizer(folder),
    ];
    expect(await ask(on(join(folder, "empty")))).toMatch(/^1 .*cannot be trained on/s);
    expect(await ask(on(join(folder, "bare")))).toMatch(/^1 .*caption/s);
    expect(await ask(on(`module:${join(folder, "none.mjs")}`))).toMatch(/^1 .*no such module/s);
    expect(await ask(on(`module:${join(folder, "data.mjs")}?a=1#two`))).toMatch(
      /^1 .*exports no function "two", only one, nothing/s,
    );
    expect(await ask(on(`module:${join(folder, "data.mjs")}#nothing`))).toMatch(
      /^1 .*something else than training data/s,
    );
    expect(
      await ask([...on(join(folder, "images")), "--recipe", join(folder, "bad.json")]),
    ).toMatch(/^2 .*Did you mean "steps"/s);
    expect(
      await ask([...on(join(folder, "images")), "--out", join(folder, "recipe.json")]),
    ).toMatch(/^1 .*is a file/s);
    expect(await ask([...on(join(folder, "images")), "--out", folder])).toMatch(
      /^1 .*other things in it/s,
    );
    expect(
      await ask([...on(join(folder, "images")), "--out", join(folder, "recipe.json", "run")]),
    ).toMatch(/^1 .*cannot be made/s);
  });

  it("where a run is there already, or is resumed with another recipe", async () => {
    const folder = await tinyTraining();
    const asked = training(
      folder,
      "base",
      "run",
      "--steps",
      "1",
      "--sample-every",
      "0",
      ...tokenizer(folder),
    );
    expect((await runMain(asked)).code).toBe(0);
    expect(await runMain(asked)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--resume"),
    });
    const resumed = ["train", "base", "--out", join(folder, "run"), "--resume"];
    expect(await runMain([...resumed, "--batch", "8"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("batchSize was 4 and is 8"),
    });
    await rm(join(folder, "run", "step-00000001.safetensors"));
    expect(await runMain([...resumed, "--learning-rate", "1e30", "--steps", "9"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("learningRate was 0.001"),
    });
    expect(await runMain(["train", "upsampler", ...resumed.slice(2)])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("a run of the stage base"),
    });
  });
});
