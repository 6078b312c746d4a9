import {
  DisposedError,
  InvalidArgumentError,
  interpreter,
  type Tensor,
  tensor,
  typedTensor,
} from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { ModelFormatError } from "../model/description/scheduler.ts";
import { openModelFiles } from "../model/index.ts";
import { admClassifierGuidanceGraph, parseAdmClassifierConfig } from "../networks/index.ts";
import { imageSeeds, perImageNoise } from "../random/index.ts";
import { tinyAdm, tinyAdmConfig, tinyClassifierConfig, tinyModel } from "../testing/tiny-model.ts";
import type { Adm } from "./adm.ts";
import { loadAdm } from "./load-adm.ts";

async function withAdm<T>(
  use: (adm: Adm) => Promise<T>,
  change: Record<string, unknown> = {},
): Promise<T> {
  const backend = interpreter();
  const adm = await loadAdm(await tinyAdm(change), { backend });
  try {
    return await use(adm);
  } finally {
    await adm.dispose();
    expect(backend.openExecutables).toBe(0);
  }
}

describe("Adm", () => {
  it("draws classes, one for all or one an image, each image as it is alone", () =>
    withAdm(async (adm) => {
      expect([adm.imageSize, adm.classes]).toEqual([4, 3]);
      const steps: string[] = [];
      const { images, settings } = await adm.generate({
        classes: [0, 2],
        count: 2,
        seed: 5,
        onProgress: ({ stage, step, steps: total }) => steps.push(`${stage} ${step}/${total}`),
      });
      expect(settings).toMatchObject({
        classes: [0, 2],
        classifierScale: 1,
        count: 2,
        seed: 5,
        sampler: "ddim",
        steps: 3,
      });
      expect(steps).toEqual(["adm 1/3", "adm 2/3", "adm 3/3"]);
      const alone = await adm.generate({ classes: 2, seed: 6 });
      const difference = Math.max(
        ...(alone.images[0]?.data.map((level, i) =>
          Math.abs(level - (images[1]?.data[i] ?? 0)),
        ) ?? [255]),
      );
      expect(difference).toBeLessThanOrEqual(1);
      expect((await adm.generate({ classes: 1, seed: 6 })).images[0]?.data).not.toEqual(
        alone.images[0]?.data,
      );
    }));

  it.each(["ddpm", "ddim"] as const)(
    "is led by the classifier: the first step of %s moves along the gradient of log p(y | x)",
    (sampler) =>
      withAdm(async (adm) => {
        const first = async (classifierScale: number) => {
          for await (const { x, timestep } of adm.generate({
            classes: 1,
            seed: 2,
            sampler,
            classifierScale,
          }))
            return { x: x.data, timestep };
          return expect.unreachable("it has steps");
        };
        const [{ x: plain, timestep }, { x: led }] = [await first(0), await first(3)];
        const files = await openModelFiles(await tinyAdm());
        const graph = admClassifierGuidanceGraph(parseAdmClassifierConfig(tinyClassifierConfig), {
          size: 4,
        });
        const classifier = await interpreter().compile(
          graph,
          await files.openWeights("classifier/model.safetensors"),
        );
        const x = perImageNoise(imageSeeds(2, 1))([1, 3, 4, 4]);
        const inputs = {
          x,
          timesteps: tensor([1], [timestep]),
          y: typedTensor("int64", [1], BigInt64Array.of(1n)),
          scale: tensor([1], [1]),
        };
        const gradient = ((await classifier.run(inputs))["grad.x"] as Tensor).data;
        const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largest).toBeGreaterThan(0);
        for (const [i, slope] of gradient.entries())
          if (Math.abs(slope) > 0.01 * largest)
            expect(Math.sign((led[i] ?? 0) - (plain[i] ?? 0))).toBe(Math.sign(slope));
      }),
  );

  it("works without a classifier, and without classes", () =>
    withAdm(
      async (adm) => {
        expect(adm.classes).toBeUndefined();
        expect((await adm.generate({ seed: 1, steps: 3 })).settings).toMatchObject({
          classes: undefined,
          classifierScale: 0,
        });
        await expect(adm.generate({ classifierScale: 1 })).rejects.toThrow(/no classifier/);
        await expect(adm.generate({ classes: 1 })).rejects.toThrow(/knows no classes/);
      },
      {
        "model_index.json": { _class_name: "AdmPipeline" },
        "unet/config.json": { ...tinyAdmConfig, class_cond: false, num_classes: undefined },
      },
    ));

  it.each([
    ["classes", {}],
    ["classes", { classes: 3 }],
    ["classes", { classes: 0.5 }],
    ["classes", { classes: [1, 2] }],
    ["classifierScale", { classes: 1, classifierScale: -1 }],
    ["classifierScale", { classes: 1, classifierScale: Infinity }],
    ["count", { classes: 1, count: 0 }],
  ])("refuses a wrong %s in %j", (argument, options) =>
    withAdm(async (adm) => {
      const error = await adm.generate(options as never).catch((reason: unknown) => reason);
      expect(InvalidArgumentError.isInstance(error) && error.argument).toBe(argument);
    }),
  );

  it("stops between two steps, and refuses to run after dispose", async () => {
    const adm = await loadAdm(await tinyAdm(), { backend: interpreter() });
    const controller = new AbortController();
    await expect(
      adm.generate({
        classes: 1,
        signal: controller.signal,
        onProgress: () => controller.abort(new Error("enough")),
      }),
    ).rejects.toThrow("enough");
    await adm.dispose();
    const error = await adm.generate({ classes: 1 }).catch((reason: unknown) => reason);
    expect(DisposedError.isInstance(error)).toBe(true);
  });

  it("refuses models of another kind, or whose parts do not fit", async () => {
    const failure = async (model: Promise<Map<string, Blob>>) =>
      loadAdm(await model, { backend: interpreter() }).catch((reason: unknown) => reason);
    expect(ModelFormatError.isInstance(await failure(tinyModel()))).toBe(true);
    expect(
      ModelFormatError.isInstance(
        await failure(
          tinyAdm({ "classifier/config.json": { ...tinyClassifierConfig, image_size: 8 } }),
        ),
      ),
    ).toBe(true);
  });
});
