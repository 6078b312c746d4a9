import { describe, expect, it } from "vitest";
import type { MeanType, VarianceType } from "../../diffusion/index.ts";
import { tinyAdmConfig, tinyCascade, tinyClip, tinyModel } from "../../testing/tiny-model.ts";
import { openModelFiles } from "../model-files.ts";
import { type ModelComponentName, modelPaths, stageNames } from "./components.ts";
import { readModelDescription } from "./read.ts";
import { readAdmDescription } from "./read-adm.ts";
import { parseSchedulerConfig, schedulerConfigJson } from "./scheduler.ts";
import { conflictWith, descriptionFiles, sharedFiles, type WrittenComponent } from "./write.ts";

type Json = Readonly<Record<string, unknown>>;

const meanTypes = ["epsilon", "start-x", "velocity"] as const satisfies readonly MeanType[];
const varianceTypes: readonly VarianceType[] = [
  "fixed-small",
  "fixed-large",
  "learned",
  "learned-range",
];
const defaults = {
  generation: { sampler: "heun", steps: 7, guidance_scale: 4 },
  upscaling: { sampler: "ddpm", steps: "fast27", guidance_scale: 2, temperature: 0.9 },
};

/** The JSON of the tiny networks' files, by path. */
const configs: Record<string, unknown> = { ...(await tinyCascade()), ...(await tinyClip()) };
const baseFiles = await tinyModel();
for (const path of [modelPaths.config("base"), modelPaths.tokenizer("tokenizer")])
  configs[path] = JSON.parse((await baseFiles.get(path)?.text()) ?? "");

function component(
  name: ModelComponentName,
  scheduler?: WrittenComponent["scheduler"],
): WrittenComponent {
  const tokenizer = name === "clip" ? "clip_tokenizer" : "tokenizer";
  return {
    name,
    config: name === "unet" ? tinyAdmConfig : (configs[modelPaths.config(name)] as Json),
    scheduler,
    ...(name !== "unet" && { tokenizer: configs[modelPaths.tokenizer(tokenizer)] }),
  };
}

function opened(files: ReadonlyMap<string, string>) {
  return openModelFiles(new Map([...files].map(([path, text]) => [path, new Blob([text])])));
}

function parsed(files: ReadonlyMap<string, string>): Json {
  return Object.fromEntries([...files].map(([path, text]) => [path, JSON.parse(text)]));
}

describe("a model's description, written and read", () => {
  it.each(meanTypes)("comes back for every network of GLIDE that predicts %s", async (meanType) => {
    const scheduler = { steps: 100, schedule: "linear", meanType } as const;
    const predicted = { varianceType: "learned-range", clipDenoised: true } as const;
    const files = descriptionFiles({
      components: [
        ...stageNames.map((name) => component(name, { ...scheduler, ...predicted })),
        component("clip"),
      ],
      defaults,
    });
    expect([...files.keys()].at(-1)).toBe("model_index.json");
    const read = await readModelDescription(await opened(files));
    expect([...read.stages.keys()]).toEqual(stageNames);
    for (const stage of read.stages.values()) {
      expect(stage).toMatchObject({ meanType, ...predicted });
      expect(stage.process.betas).toHaveLength(100);
    }
    expect(read.stages.get("upsampler_inpaint")?.config).toMatchObject({
      superResolution: true,
      inpainting: true,
      imageSize: 8,
    });
    expect(read.clip?.config.image.imageSize).toBe(4);
    expect(read.defaults).toEqual({ sampler: "heun", steps: 7, guidanceScale: 4 });
    expect(read.upscaling).toEqual({
      sampler: "ddpm",
      steps: "fast27",
      guidanceScale: 2,
      temperature: 0.9,
    });
  });

  it("comes back for guided-diffusion's network", async () => {
    const scheduler = {
      steps: 50,
      schedule: "squaredcos_cap_v2",
      meanType: "epsilon",
      varianceType: "fixed-large",
      clipDenoised: false,
    } as const;
    const files = descriptionFiles({
      components: [component("unet", scheduler)],
      defaults: { generation: { sampler: "ddim", steps: 9, classifier_scale: 2 } },
      version: "1.2.3",
    });
    expect(parsed(files)[modelPaths.index]).toMatchObject({
      _class_name: "AdmPipeline",
      _glissade_version: "1.2.3",
    });
    const read = await readAdmDescription(await opened(files));
    expect(read).toMatchObject({
      meanType: "epsilon",
      varianceType: "fixed-large",
      clipDenoised: false,
      classifier: undefined,
      defaults: { sampler: "ddim", steps: 9, classifierScale: 2 },
    });
  });

  it.each(meanTypes.flatMap((mean) => varianceTypes.map((variance) => [mean, variance] as const)))(
    "keeps a scheduler that predicts %s with a %s variance",
    (meanType, varianceType) => {
      for (const clipDenoised of [true, false]) {
        const config = { steps: 10, schedule: "linear", meanType, varianceType, clipDenoised };
        expect(
          parseSchedulerConfig(schedulerConfigJson({ ...config, schedule: "linear" })),
        ).toEqual(config);
      }
    },
  );

  it("refuses a prediction that schedulers have no name for", () => {
    expect(() =>
      schedulerConfigJson({ steps: 10, schedule: "linear", meanType: "previous-x" }),
    ).toThrow("previous-x");
    expect(() =>
      parseSchedulerConfig({
        num_train_timesteps: 10,
        beta_schedule: "linear",
        prediction_type: 3,
      }),
    ).toThrow("prediction_type");
  });
});

describe("a network added to a model", () => {
  const scheduler = { steps: 10, schedule: "linear", meanType: "epsilon" } as const;
  const first = parsed(descriptionFiles({ components: [component("base", scheduler)], defaults }));
  const schedulerPath = modelPaths.scheduler("scheduler");
  const there = {
    ...first,
    [modelPaths.index]: {
      ...(first[modelPaths.index] as Json),
      safety_checker: ["acme", "Checker"],
      generation: { sampler: "ddim", steps: 1, guidance_scale: 9 },
    },
    [schedulerPath]: { ...(first[schedulerPath] as Json), rescale_betas_zero_snr: false },
  };

  it("leaves the fields and settings that it does not know, and its own are added", () => {
    const files = parsed(
      descriptionFiles({ components: [component("base_inpaint", scheduler)], defaults, there }),
    );
    expect(files[modelPaths.index]).toEqual({
      ...there[modelPaths.index],
      base_inpaint: ["glissade", "InpaintText2ImUNet"],
    });
    expect(files[schedulerPath]).toEqual(there[schedulerPath]);
    expect(Object.keys(files)).not.toContain(modelPaths.config("base"));
  });

  it("shares files with those that have the same folders, and must agree with them", () => {
    const index = there[modelPaths.index];
    expect(sharedFiles("base_inpaint", index)).toEqual({
      scheduler: "scheduler/scheduler_config.json",
      tokenizer: "tokenizer/tokenizer.json",
    });
    expect(sharedFiles("clip", index)).toEqual({ scheduler: "scheduler/scheduler_config.json" });
    expect(sharedFiles("upsampler", index)).toEqual({ tokenizer: "tokenizer/tokenizer.json" });
    expect(sharedFiles("base", index)).toEqual({});

    expect(conflictWith(there, component("base_inpaint", scheduler))).toBeUndefined();
    const velocity = { ...scheduler, meanType: "velocity" } as const;
    expect(conflictWith(there, component("base_inpaint", velocity))).toBe(
      "its networks were trained with another prediction_type (epsilon, not v_prediction)",
    );
    expect(
      conflictWith(there, { ...component("base_inpaint", scheduler), tokenizer: { model: 1 } }),
    ).toBe("its networks were trained with another tokenizer");
  });
});
