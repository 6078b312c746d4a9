import {
  BackendVersionError,
  DisposedError,
  GlissadeError,
  InvalidArgumentError,
  interpreter,
  NumericalError,
  UnknownNameError,
  WeightsError,
} from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../model/description/scheduler.ts";
import { ModelFileError } from "../model/index.ts";
import { batchNoise, torchGenerator } from "../random/index.ts";
import { ddim } from "../samplers/index.ts";
import { tinyConfig, tinyModel, tinyWeights } from "../testing/tiny-model.ts";
import { encodeSafetensors } from "../weights/index.ts";
import type { Glide } from "./glide.ts";
import { loadAdm } from "./load-adm.ts";
import { loadGlide } from "./load-glide.ts";
import type { SamplingOptions } from "./options/sampling.ts";
import type { GenerateStep } from "./run/sampling-loop.ts";

async function withGlide<T>(
  use: (glide: Glide) => Promise<T>,
  change?: Parameters<typeof tinyModel>[0],
): Promise<T> {
  const backend = interpreter();
  const glide = await loadGlide(await tinyModel(change), { backend });
  try {
    return await use(glide);
  } finally {
    await glide.dispose();
    expect(backend.openExecutables).toBe(0);
  }
}

const completeWeights = await encodeSafetensors(tinyWeights());
const incompleteWeights = await encodeSafetensors(
  Object.fromEntries(
    Object.entries(tinyWeights()).filter(([name]) => name !== "time_embed.0.bias"),
  ),
);

/** The error that a promise ends with. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error,
  );
}

describe("generate", () => {
  it("makes images of the model's size and says with what", () =>
    withGlide(async (glide) => {
      const steps: GenerateStep[] = [];
      const { images, settings, warnings } = await glide.generate({
        prompt: "dot",
        count: 2,
        seed: 7,
        onProgress: (step) => steps.push(step),
      });
      expect(
        images.map(({ width, height, data, seed }) => [width, height, data.length, seed]),
      ).toEqual([
        [4, 4, 48, 7],
        [4, 4, 48, 8],
      ]);
      expect(settings).toEqual({
        prompt: "dot",
        negativePrompt: "",
        count: 2,
        seed: 7,
        seedMode: "per-image",
        steps: 3,
        sampler: "ddim",
        spacing: "respacing",
        guidance: { name: "classifier-free", scale: 2, interval: [0, 1], rescale: 0 },
        dynamicThresholding: undefined,
        clipGuidance: undefined,
        upscale: false,
      });
      expect(warnings).toEqual([]);
      expect(steps.map(({ step, steps: total, timestep }) => [step, total, timestep])).toEqual([
        [1, 3, 999],
        [2, 3, 500],
        [3, 3, 0],
      ]);
      expect(steps.at(-1)?.preview).toEqual(images);
    }));

  it("is the same bit for bit for the same seed, and another image for another", () =>
    withGlide(async (glide) => {
      const image = async (seed: number) =>
        (await glide.generate({ prompt: "dot", seed })).images[0]?.data;
      expect(await image(3)).toEqual(await image(3));
      expect(await image(3)).not.toEqual(await image(4));
    }));

  it("makes image k of a batch like the image made alone with its seed", () =>
    withGlide(async (glide) => {
      const together = await glide.generate({ prompt: "dot", count: 3, seed: 5, sampler: "ddpm" });
      const alone = await glide.generate({ prompt: "dot", seed: 7, sampler: "ddpm" });
      const difference = Math.max(
        ...(together.images[2]?.data ?? []).map((level, i) =>
          Math.abs(level - (alone.images[0]?.data[i] ?? 0)),
        ),
      );
      expect(difference).toBeLessThanOrEqual(1);
    }));

  it("in batch mode starts from the noise that PyTorch draws for 2B rows, and for B rows without guidance", () =>
    withGlide(async (glide) => {
      let start: ArrayLike<number> = [];
      const spy = (input: Parameters<ReturnType<typeof ddim>>[0]) => {
        start = input.x.data;
        return ddim()(input);
      };
      await glide.generate({
        prompt: "dot",
        count: 2,
        seed: 11,
        seedMode: "batch",
        steps: 1,
        sampler: spy,
      });
      expect(start).toEqual(batchNoise(11, { rowsPerImage: 2 })([2, 3, 4, 4]).data);
      await glide.generate({
        prompt: "dot",
        count: 2,
        seed: 11,
        seedMode: "batch",
        steps: 1,
        guidance: 1,
        sampler: spy,
      });
      expect(start).toEqual(torchGenerator(11).randn([2, 3, 4, 4]).data);
    }));

  it("listens to the prompt, the negative prompt, the scale and the interval", () =>
    withGlide(async (glide) => {
      const final = async (options: Partial<SamplingOptions>) => {
        let x: ArrayLike<number> = [];
        await glide.generate({
          prompt: "dot",
          seed: 1,
          ...options,
          onProgress: (step) => (x = step.x.data),
        });
        return Array.from(x).join();
      };
      const images = [
        await final({}),
        await final({ prompt: "line" }),
        await final({ negativePrompt: "line" }),
        await final({ guidance: 5 }),
        await final({ guidance: 1 }),
        await final({ guidance: { scale: 2, interval: [0.6, 1] } }),
        await final({ guidance: 100 }),
        await final({ guidance: 100, dynamicThresholding: 0.8 }),
      ];
      expect(new Set(images).size).toBe(images.length);
    }));

  it("warns about a prompt whose end the network does not see, and takes it all the same", () =>
    withGlide(async (glide) => {
      const { warnings } = await glide.generate({ prompt: "a very long dot", steps: 1 });
      expect(warnings).toMatchObject([
        { argument: "prompt", message: expect.stringContaining("more than 6 tokens") },
      ]);
    }));

  it("chooses a seed where none is given, and tells it", () =>
    withGlide(async (glide) => {
      const first = await glide.generate({ prompt: "dot", steps: 1 });
      const again = await glide.generate({ prompt: "dot", steps: 1, seed: first.settings.seed });
      expect(again.images).toEqual(first.images);
    }));
});

describe("guidance by name", () => {
  it("compares with a weaker model, and is the model itself if both are the same", async () => {
    const backend = interpreter();
    const source = await tinyModel();
    const glide = await loadGlide(source, { backend, weaker: source });
    const options = { prompt: "dot", seed: 7, steps: 2 };
    const { images, settings } = await glide.generate({
      ...options,
      guidance: { name: "autoguidance", scale: 3 },
      sampler: { name: "ddim", eta: 0.5 },
    });
    const alone = await glide.generate({
      ...options,
      guidance: 1,
      sampler: { name: "ddim", eta: 0.5 },
    });
    expect(images).toEqual(alone.images);
    expect([settings.guidance, settings.sampler]).toEqual([
      { name: "autoguidance", scale: 3, interval: [0, 1] },
      { name: "ddim", eta: 0.5 },
    ]);
    await glide.dispose();
    expect(backend.openExecutables).toBe(0);
  });

  it.each(["adaptive-projected", "cfg-zero"] as const)("takes %s", (name) =>
    withGlide(async (glide) => {
      const options = { prompt: "dot", seed: 7, steps: 2 };
      const { images, settings } = await glide.generate({
        ...options,
        guidance: { name, scale: 4 },
      });
      expect(images).toHaveLength(1);
      expect(settings.guidance).toMatchObject({ name, scale: 4 });
    }),
  );

  it("refuses a rule that compares with a weaker model if there is none", () =>
    withGlide(async (glide) => {
      await expect(
        glide.generate({ prompt: "dot", guidance: { name: "autoguidance" } }),
      ).rejects.toThrow("loaded with one");
    }));
});

describe("what cannot be served is refused before anything runs", () => {
  it.each([
    ["prompt", { prompt: "" }],
    ["prompt", { prompt: "  \n" }],
    ["prompt", { prompt: 5 }],
    ["prompt", {}],
    ["text", { prompt: "x".repeat(200_000) }],
    ["negativePrompt", { prompt: "dot", negativePrompt: null }],
    ["count", { prompt: "dot", count: 0 }],
    ["count", { prompt: "dot", count: 1.5 }],
    ["count", { prompt: "dot", count: 100_000 }],
    ["seed", { prompt: "dot", seed: -1 }],
    ["seed", { prompt: "dot", seed: 0.5 }],
    ["seed", { prompt: "dot", seed: Number.NaN }],
    ["seedMode", { prompt: "dot", seedMode: "both" }],
    ["steps", { prompt: "dot", steps: 0 }],
    ["steps", { prompt: "dot", steps: -5 }],
    ["steps", { prompt: "dot", steps: 2.5 }],
    ["steps", { prompt: "dot", steps: Number.NaN }],
    ["steps", { prompt: "dot", steps: 1001 }],
    ["steps", { prompt: "dot", steps: "fast27", sampler: "heun" }],
    ["spacing", { prompt: "dot", spacing: "wide" }],
    ["guidance", { prompt: "dot", guidance: "3" }],
    ["scale", { prompt: "dot", guidance: -1 }],
    ["scale", { prompt: "dot", guidance: Number.NaN }],
    ["interval", { prompt: "dot", guidance: { interval: [0.5, 0.2] } }],
    ["dynamicThresholding", { prompt: "dot", dynamicThresholding: 2 }],
    ["options", null],
  ])("%s in %j", (argument, options) =>
    withGlide(async (glide) => {
      const error = await failure(glide.generate(options as never));
      expect(InvalidArgumentError.isInstance(error) && error.argument).toBe(argument);
    }),
  );

  it("an unknown sampler, naming the known ones", () =>
    withGlide(async (glide) => {
      const error = await failure(glide.generate({ prompt: "dot", sampler: "eulr" as never }));
      expect(UnknownNameError.isInstance(error) && error.known).toContain("euler");
      expect(String(error)).toContain('Did you mean "euler"?');
    }));
});

describe("stopping", () => {
  it("ends between two steps with the signal's reason", () =>
    withGlide(async (glide) => {
      const controller = new AbortController();
      const seen: number[] = [];
      const run = glide.generate({
        prompt: "dot",
        steps: 5,
        signal: controller.signal,
        onProgress: ({ step }) => {
          seen.push(step);
          if (step === 2) controller.abort(new Error("enough"));
        },
      });
      await expect(run).rejects.toThrow("enough");
      expect(seen).toEqual([1, 2]);
    }));

  it("does not begin under an aborted signal, and a stream may be left early", () =>
    withGlide(async (glide) => {
      await expect(glide.generate({ prompt: "dot", signal: AbortSignal.abort() })).rejects.toThrow(
        /abort/i,
      );
      for await (const { step } of glide.generate({ prompt: "dot" })) if (step === 1) break;
      expect((await glide.generate({ prompt: "dot" })).images).toHaveLength(1);
    }));

  it("refuses to run after dispose, which may be called twice", async () => {
    const glide = await loadGlide(await tinyModel(), { backend: interpreter() });
    await glide.dispose();
    await glide.dispose();
    expect(DisposedError.isInstance(await failure(glide.generate({ prompt: "dot" })))).toBe(true);
  });
});

describe("loadGlide", () => {
  it.each([
    ["a file is missing", { "model_index.json": undefined }, ModelFileError],
    [
      "it is another pipeline",
      { "model_index.json": { _class_name: "StableDiffusionPipeline" } },
      ModelFormatError,
    ],
    [
      "the network upsamples",
      { "base/config.json": { ...tinyConfig, super_res: true } },
      ModelFormatError,
    ],
    [
      "the vocabulary has another size",
      { "base/config.json": { ...tinyConfig, n_vocab: 300 } },
      ModelFormatError,
    ],
    [
      "the schedule is unknown",
      { "scheduler/scheduler_config.json": { num_train_timesteps: 1000, beta_schedule: "steep" } },
      UnknownNameError,
    ],
    [
      "the step count is absurd",
      { "scheduler/scheduler_config.json": { num_train_timesteps: 1e9, beta_schedule: "linear" } },
      InvalidArgumentError,
    ],
    [
      "the weights are cut",
      { "base/model.safetensors": completeWeights.slice(0, 5000) },
      WeightsError,
    ],
    ["a weight is missing", { "base/model.safetensors": incompleteWeights }, GlissadeError],
  ])("refuses a model where %s, and leaves nothing open", async (_what, change, type) => {
    const backend = interpreter();
    const error = await failure(loadGlide(await tinyModel(change), { backend }));
    expect(type.isInstance(error)).toBe(true);
    expect(backend.openExecutables).toBe(0);
  });

  it("refuses what is no backend", async () => {
    expect(
      InvalidArgumentError.isInstance(await failure(loadGlide(await tinyModel(), {} as never))),
    ).toBe(true);
  });

  it.each([
    ["states no version", undefined, "states no specificationVersion"],
    ["is of another version", "v2", 'has the specificationVersion "v2"'],
  ])("refuses a backend that %s, and says what to do", async (_, specificationVersion, problem) => {
    const backend = { ...interpreter(), specificationVersion } as never;
    for (const load of [loadGlide, loadAdm]) {
      const error = await failure(load(await tinyModel(), { backend }));
      expect(BackendVersionError.isInstance(error)).toBe(true);
      expect(String(error)).toContain(`The backend "interpreter" ${problem}`);
      expect(String(error)).toContain("Install versions of its package and of @glissade/core");
    }
  });

  it("stops a generation whose network gives numbers that are not finite", async () => {
    const weights = {
      ...tinyWeights(),
      "out.2.bias": {
        dtype: "float32" as const,
        dims: [6],
        data: new Float32Array(6).fill(Number.NaN),
      },
    };
    await withGlide(
      async (glide) =>
        expect(NumericalError.isInstance(await failure(glide.generate({ prompt: "dot" })))).toBe(
          true,
        ),
      {
        "base/model.safetensors": await encodeSafetensors(weights),
      },
    );
  });
});
