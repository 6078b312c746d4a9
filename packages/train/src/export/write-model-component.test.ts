import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openModelFiles } from "@glissade/core/model";
import { readTensor, tensor } from "@glissade/graph";
import { describe, expect, it, onTestFinished } from "vitest";
import { openTrainedNetwork } from "../runs/open-trained-network.ts";
import { ModelOutputError } from "./model-output-error.ts";
import { type ModelComponent, writeModelComponent } from "./write-model-component.ts";

const base: ModelComponent = {
  component: "base",
  network: { image_size: 8, num_channels: 32 },
  weights: new Map([["w", tensor([2], [0.5, -2])]]),
  diffusion: { steps: 100, schedule: "squaredcos_cap_v2" },
  meanType: "velocity",
  tokenizer: { model: 1 },
};

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "glissade-export-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("writeModelComponent", () => {
  it("lays a network out as model folders are, in float16, and it comes back", async () => {
    const folder = await emptyFolder();
    await writeModelComponent(folder, base);
    expect((await readdir(folder)).sort()).toEqual([
      "base",
      "model_index.json",
      "scheduler",
      "tokenizer",
    ]);
    expect(
      JSON.parse(await readFile(join(folder, "scheduler", "scheduler_config.json"), "utf8")),
    ).toEqual({
      num_train_timesteps: 100,
      beta_schedule: "squaredcos_cap_v2",
      prediction_type: "v_prediction",
      variance_type: "learned_range",
      clip_sample: true,
    });
    const files = await openModelFiles(folder);
    expect((await readTensor(await files.openWeights("base/model.safetensors"), "w")).dtype).toBe(
      "float16",
    );
    const { network, meanType, diffusion, tokenizer, weights } = await openTrainedNetwork(folder);
    expect({ network, meanType, diffusion, tokenizer }).toEqual({
      network: base.network,
      meanType: "velocity",
      diffusion: base.diffusion,
      tokenizer: { model: 1 },
    });
    expect([...(weights.get("w")?.data ?? [])]).toEqual([0.5, -2]);
    await expect(openTrainedNetwork(folder, { component: "upsampler" })).rejects.toThrow(
      "a model with a network upsampler",
    );
  });

  it("adds networks to a model, with schedules of their own where they may have them", async () => {
    const folder = await emptyFolder();
    await writeModelComponent(folder, base);
    await writeModelComponent(folder, {
      ...base,
      component: "upsampler",
      diffusion: { steps: 100, schedule: "linear" },
    });
    const { meanType: _, ...guide } = base;
    const towers = new Map([
      ["image_encoder.w", tensor([1], [1])],
      ["text_encoder.v", tensor([1], [2])],
      ["logit_scale", tensor([], [Math.log(50)])],
    ]);
    await writeModelComponent(folder, {
      ...guide,
      component: "clip",
      tokenizer: { model: 2 },
      weights: towers,
    });
    await writeModelComponent(folder, {
      ...guide,
      component: "classifier",
      tokenizer: undefined,
      classes: new Map([["dog", 0]]),
    });
    const index = JSON.parse(await readFile(join(folder, "model_index.json"), "utf8"));
    expect(Object.keys(index).sort()).toEqual(
      [
        "_class_name",
        "base",
        "classifier",
        "clip",
        "clip_tokenizer",
        "generation",
        "scheduler",
        "tokenizer",
        "upsampler",
        "upsampler_scheduler",
        "upscaling",
      ].sort(),
    );
    expect(
      JSON.parse(await readFile(join(folder, "scheduler", "scheduler_config.json"), "utf8"))
        .prediction_type,
    ).toBe("v_prediction");
    expect(
      JSON.parse(await readFile(join(folder, "clip", "config.json"), "utf8")).logit_scale,
    ).toBeCloseTo(50, 4);
    const files = await openModelFiles(folder);
    expect((await files.openWeights("clip/text_encoder/model.safetensors")).names).toEqual(["v"]);
    expect(await files.readJson("classifier/classes.json")).toEqual({ dog: 0 });
  });

  it("refuses what does not belong together", async () => {
    const folder = await emptyFolder();
    await writeModelComponent(folder, base);
    const inpainting = { ...base, component: "base_inpaint" } as const;
    await expect(writeModelComponent(folder, base)).rejects.toThrow("has a base network already");
    await expect(
      writeModelComponent(folder, { ...inpainting, tokenizer: { model: 3 } }),
    ).rejects.toThrow("another tokenizer");
    await expect(
      writeModelComponent(folder, { ...inpainting, meanType: "epsilon" }),
    ).rejects.toThrow("prediction_type (v_prediction, not epsilon)");
    await expect(
      writeModelComponent(folder, { ...inpainting, diffusion: { steps: 50, schedule: "linear" } }),
    ).rejects.toThrow(ModelOutputError);
    expect((await readdir(folder)).sort()).toEqual([
      "base",
      "model_index.json",
      "scheduler",
      "tokenizer",
    ]);
    await writeModelComponent(folder, { ...base, meanType: "epsilon" }, { replace: true });

    const other = await emptyFolder();
    await writeFile(join(other, "photo.txt"), "");
    await expect(writeModelComponent(other, base)).rejects.toThrow("other things in it");
    await expect(writeModelComponent(join(other, "photo.txt"), base)).rejects.toThrow(
      "cannot be used as a folder",
    );
  });
});
