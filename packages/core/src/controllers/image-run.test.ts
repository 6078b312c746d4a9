import { interpreter } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { type Glide, loadGlide, Run } from "../pipelines/index.ts";
import { tinyCascade, tinyModel } from "../testing/tiny-model.ts";
import {
  type ImageRunSettings,
  type ImageRunSnapshot,
  imageRun,
  ModelNotLoadedError,
} from "./image-run.ts";

const files = await tinyModel();
const cascade = await tinyModel(await tinyCascade());

async function withGlide(use: (glide: Glide) => Promise<void>, source = files): Promise<void> {
  const backend = interpreter();
  const glide = await loadGlide(source, { backend });
  try {
    await use(glide);
  } finally {
    await glide.dispose();
    expect(backend.openExecutables).toBe(0);
  }
}

/** The model's task, reporting how often its previews are read and whether it was ended. */
function watched(glide: Glide) {
  const seen = { previews: 0, begun: 0, ended: 0 };
  const generate: Glide["generate"] = (options) =>
    new Run(async function* (signal) {
      seen.begun++;
      const run = glide.generate({ ...options, signal });
      try {
        for await (const step of run) {
          const { stage, steps, timestep, x0, x } = step;
          yield {
            stage,
            step: step.step,
            steps,
            timestep,
            x0,
            x,
            get preview() {
              seen.previews++;
              return step.preview;
            },
          };
        }
        return await run;
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.ended++;
      }
    });
  return { generate, seen };
}

function watchedRun(glide: Glide, settings: Omit<ImageRunSettings<"generate">, "glide"> = {}) {
  const { generate, seen } = watched(glide);
  const run = imageRun("generate", { glide: { generate }, previewInterval: 0, ...settings });
  const snapshots: ImageRunSnapshot<unknown>[] = [];
  run.subscribe(() => snapshots.push(run.getSnapshot()));
  return { run, seen, snapshots };
}

describe("ImageRunController", () => {
  it("gives the images that the model makes, with progress and previews on the way", () =>
    withGlide(async (glide) => {
      const { run, snapshots, seen } = watchedRun(glide);
      const before = run.getSnapshot();
      expect(before).toMatchObject({
        status: "idle",
        images: [],
        preview: undefined,
        progress: undefined,
        error: undefined,
        warnings: [],
        result: undefined,
      });
      const result = await run.generate({ prompt: "dot", seed: 7 });
      const alone = await glide.generate({ prompt: "dot", seed: 7 });
      expect(result).toEqual(alone);
      expect(run.getSnapshot()).toMatchObject({
        status: "done",
        images: alone.images,
        result: alone,
        preview: undefined,
      });
      expect(run.getSnapshot()).toBe(run.getSnapshot());
      expect(
        snapshots.map(({ status, progress, preview }) => [status, progress?.step, preview?.length]),
      ).toEqual([
        ["running", undefined, undefined],
        ["running", 1, 1],
        ["running", 2, 1],
        ["running", 3, 1],
        ["done", 3, undefined],
      ]);
      expect(before.status).toBe("idle");
      expect(seen).toEqual({ begun: 1, ended: 1, previews: 3 });
    }));

  it("reads previews only as often as allowed, and never with preview: false", () =>
    withGlide(async (glide) => {
      const seldom = watchedRun(glide, { previewInterval: 60_000 });
      await seldom.run.generate({ prompt: "dot" });
      expect(seldom.seen.previews).toBe(1);
      const never = watchedRun(glide, { preview: false });
      await never.run.generate({ prompt: "dot" });
      expect([
        never.seen.previews,
        never.snapshots.every(({ preview }) => preview === undefined),
      ]).toEqual([0, true]);
    }));

  it("keeps every step for a scrubber, whose images are made when they are read, once", () =>
    withGlide(async (glide) => {
      const { run, seen } = watchedRun(glide, { preview: false, keepSteps: true });
      const result = await run.generate({ prompt: "dot", seed: 1 });
      const { steps } = run.getSnapshot();
      expect(steps.map(({ step, stage, timestep }) => [step, stage, timestep])).toEqual([
        [1, "base", 999],
        [2, "base", 500],
        [3, "base", 0],
      ]);
      expect(seen.previews).toBe(0);
      expect(steps[2]?.preview).toEqual(result?.images);
      expect(steps[2]?.preview).toBe(steps[2]?.preview);
      expect(seen.previews).toBe(1);
    }));

  it("stops: the snapshot says so at once, nothing arrives any more, and the generator has ended when stop has", () =>
    withGlide(async (glide) => {
      const { run, seen, snapshots } = watchedRun(glide);
      const promise = run.generate({ prompt: "dot", steps: 50 });
      await new Promise<void>((resolve) =>
        run.subscribe(() => run.getSnapshot().progress?.step === 2 && resolve()),
      );
      const stopping = run.stop();
      const stopped = run.getSnapshot();
      expect(stopped).toMatchObject({
        status: "stopped",
        progress: { step: 2, steps: 50, stage: "base" },
        error: undefined,
        images: [],
      });
      expect(stopped.preview).toHaveLength(1);
      const count = snapshots.length;
      await stopping;
      expect(seen.ended).toBe(1);
      expect(await promise).toBeUndefined();
      expect([snapshots.length, run.getSnapshot()]).toEqual([count, stopped]);
      await run.stop();
      expect(run.getSnapshot()).toBe(stopped);
      await run.reset();
      expect(run.getSnapshot()).toMatchObject({
        status: "idle",
        preview: undefined,
        progress: undefined,
      });
    }));

  it("stops the former run before the next begins; one that is overtaken while it waits never begins", () =>
    withGlide(async (glide) => {
      const { run, seen } = watchedRun(glide);
      const first = run.generate({ prompt: "dot", steps: 50 });
      await new Promise<void>((resolve) =>
        run.subscribe(() => run.getSnapshot().progress?.step === 1 && resolve()),
      );
      const second = run.generate({ prompt: "dot" });
      const third = run.generate({ prompt: "dot", seed: 3 });
      expect(run.getSnapshot()).toMatchObject({ status: "running", progress: undefined });
      expect([await first, await second, (await third)?.images[0]?.seed]).toEqual([
        undefined,
        undefined,
        3,
      ]);
      expect(seen).toMatchObject({ begun: 2, ended: 2 });
      expect(run.getSnapshot().status).toBe("done");
    }));

  it("stops by the signal of the options too", () =>
    withGlide(async (glide) => {
      const { run } = watchedRun(glide);
      const abort = new AbortController();
      const promise = run.generate({ prompt: "dot", steps: 50, signal: abort.signal });
      await new Promise<void>((resolve) =>
        run.subscribe(() => run.getSnapshot().progress?.step === 1 && resolve()),
      );
      abort.abort();
      expect(await promise).toBeUndefined();
      expect(run.getSnapshot()).toMatchObject({ status: "stopped", error: undefined });
      expect(await run.generate({ prompt: "dot", signal: AbortSignal.abort() })).toBeUndefined();
      expect(run.getSnapshot().status).toBe("stopped");
    }));

  it("has an error in the snapshot and the promise, and goes on with the next run", () =>
    withGlide(async (glide) => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => unhandled.push(reason);
      process.on("unhandledRejection", note);
      const run = imageRun("generate", { glide: undefined });
      void run.generate({ prompt: "dot" });
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(ModelNotLoadedError.isInstance(run.getSnapshot().error)).toBe(true);
      run.configure({ glide });
      await expect(run.generate({ prompt: "dot", steps: -1 })).rejects.toThrow("steps is -1");
      expect(run.getSnapshot()).toMatchObject({
        status: "error",
        error: expect.objectContaining({ argument: "steps" }),
        images: [],
      });
      await run.generate({ prompt: "dot" });
      expect(run.getSnapshot()).toMatchObject({ status: "done", error: undefined });
      process.off("unhandledRejection", note);
      expect(unhandled).toEqual([]);
    }));

  it("takes every generator of the model", () =>
    withGlide(async (glide) => {
      const { images } = await glide.generate({ prompt: "dot", seed: 1, upscale: false });
      const [image] = images;
      if (!image) throw new Error("no image");
      const mask = {
        width: image.width,
        height: image.height,
        data: new Uint8Array(image.width * image.height).fill(255),
      };
      const inpainting = imageRun("inpaint", { glide });
      const editing = imageRun("imageToImage", { glide });
      const upscaling = imageRun("upscale", { glide });
      const between = imageRun("interpolate", { glide });
      await inpainting.generate({ image, mask, prompt: "dot", seed: 1 });
      await editing.generate({ image, prompt: "dot", seed: 1 });
      await upscaling.generate({ image, prompt: "dot", seed: 1 });
      await between.generate({
        from: { prompt: "dot", seed: 1 },
        to: { prompt: "line", seed: 2 },
        count: 2,
        upscale: false,
      });
      const sizes = [inpainting, editing, upscaling, between].map((run) =>
        run.getSnapshot().images.map(({ width }) => width),
      );
      expect(sizes).toEqual([[4], [4], [8], [4, 4]]);
      expect(upscaling.getSnapshot().warnings).toEqual([]);
    }, cascade));
});
