import "./__fixtures__/provided-context.ts";
import { type GlideLike, loadGlide, Run } from "@glissade/core";
import { pause, slow, tinySource } from "@glissade/core/testing";
import { interpreter } from "@glissade/graph";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ImageRunOptions,
  useImageToImage,
  useInpaint,
  useInterpolate,
  useTextToImage,
  useUpscale,
} from "./index.ts";

const backend = interpreter();
let glide: GlideLike;

beforeEach(async () => {
  glide = await loadGlide(tinySource(), { backend: slow(backend) });
});

afterEach(async () => {
  cleanup();
  await glide.dispose();
  expect(backend.openExecutables).toBe(0);
});

/** The model, with the runs counted that are going on. */
function counted(inner: GlideLike) {
  const counts = { open: 0, begun: 0, steps: 0 };
  const generate: GlideLike["generate"] = (options) =>
    new Run(async function* (signal) {
      counts.open++;
      counts.begun++;
      const run = inner.generate({ ...options, signal });
      try {
        for await (const step of run) {
          counts.steps++;
          yield step;
        }
        return await run;
      } finally {
        counts.open--;
      }
    });
  const watched: GlideLike = Object.create(inner, { generate: { value: generate } });
  return { counts, watched };
}

describe("useTextToImage", () => {
  it("makes images, with previews and progress, by functions that stay the same", async () => {
    const seen: unknown[] = [];
    const { result } = renderHook(() => {
      const { status, preview, progress, images, warnings, error, ...rest } = useTextToImage(
        glide,
        { previewInterval: 0 },
      );
      seen.push([status, progress?.step, preview?.length, images.length].join(" "));
      return { images, warnings, error, ...rest };
    });
    const { generate, stop, reset } = result.current;
    await act(() => generate({ prompt: "dot", seed: 3 }));
    const alone = await glide.generate({ prompt: "dot", seed: 3 });
    expect(result.current).toMatchObject({
      images: alone.images,
      warnings: [],
      error: undefined,
      result: alone,
    });
    expect([seen[0], seen.at(-1)]).toEqual(["idle   0", "done 3  1"]);
    expect([result.current.generate, result.current.stop, result.current.reset]).toEqual([
      generate,
      stop,
      reset,
    ]);
    await act(() => reset());
    expect(result.current.images).toEqual([]);
  });

  it("leaves a component alone that shows the status alone, whatever previews come", async () => {
    const renders = { status: 0, preview: 0 };
    const { watched, counts } = counted(glide);
    const only = renderHook(() => {
      renders.status++;
      const { status, generate } = useTextToImage(watched, { previewInterval: 0 });
      return { status, generate };
    });
    const all = renderHook(() => {
      renders.preview++;
      const { preview, generate } = useTextToImage(watched, { previewInterval: 0 });
      return { preview, generate };
    });
    act(() => {
      for (const { result } of [only, all])
        void result.current.generate({ prompt: "dot", steps: 12 });
    });
    await waitFor(() => expect([only.result.current.status, counts.open]).toEqual(["done", 0]), {
      timeout: 10_000,
    });
    // idle, running, done
    expect([only.result.current.status, counts.steps, renders.status]).toEqual(["done", 24, 3]);
    expect(renders.preview).toBeGreaterThan(6);
  });

  it("shows what it had not read so far as it is now, once it reads it", async () => {
    const { result, rerender } = renderHook(
      ({ isCurious }) => {
        const run = useTextToImage(glide, { previewInterval: 0 });
        return {
          step: isCurious ? run.progress?.step : undefined,
          generate: run.generate,
          status: run.status,
          stop: run.stop,
        };
      },
      { initialProps: { isCurious: false } },
    );
    act(() => void result.current.generate({ prompt: "dot", steps: 50 }));
    await act(() => pause(150));
    rerender({ isCurious: true });
    expect(result.current.step).toBeGreaterThan(0);
    const before = result.current.step;
    await waitFor(() => expect(result.current.step).toBeGreaterThan(before ?? 0));
    await act(() => result.current.stop());
  });

  it("stops: nothing comes any more, and the page stays as it was", async () => {
    const { watched, counts } = counted(glide);
    const { result } = renderHook(() => ({ ...useTextToImage(watched, { previewInterval: 0 }) }), {
      wrapper: StrictMode,
    });
    act(() => void result.current.generate({ prompt: "dot", steps: 50 }));
    await waitFor(() => expect(result.current.progress?.step).toBeGreaterThan(1));
    await act(() => result.current.stop());
    const stopped = result.current;
    expect([
      stopped.status,
      stopped.preview?.length,
      stopped.error,
      stopped.images,
      counts.open,
    ]).toEqual(["stopped", 1, undefined, [], 0]);
    const { steps } = counts;
    await act(() => pause(60));
    expect([result.current, counts.steps]).toEqual([stopped, steps]);
    await act(() => result.current.generate({ prompt: "dot" }));
    expect(result.current.status).toBe("done");
  });

  it("stops the run when the component leaves, and when another model comes", async () => {
    const { watched, counts } = counted(glide);
    const { result, rerender, unmount } = renderHook(
      ({ model }) => ({ ...useTextToImage(model) }),
      { initialProps: { model: watched } },
    );
    act(() => void result.current.generate({ prompt: "dot", steps: 50 }));
    await waitFor(() => expect(counts).toMatchObject({ open: 1 }));
    rerender({ model: glide });
    await waitFor(() => expect([result.current.status, counts.open]).toEqual(["stopped", 0]));
    rerender({ model: watched });
    act(() => void result.current.generate({ prompt: "dot", steps: 50 }));
    await waitFor(() => expect(counts).toMatchObject({ open: 1, begun: 2 }));
    unmount();
    await waitFor(() => expect(counts.open).toBe(0));
    expect(counts.steps).toBeLessThan(50);
  });

  it("has an error, and the next run goes on without it", async () => {
    const { result, rerender } = renderHook(
      ({ model }: { model: GlideLike | undefined }) => ({ ...useTextToImage(model) }),
      {
        initialProps: { model: undefined },
      } as { initialProps: { model: GlideLike | undefined } },
    );
    await act(() =>
      expect(result.current.generate({ prompt: "dot" })).rejects.toThrow("There is no model yet"),
    );
    expect([result.current.status, result.current.error?.name]).toEqual([
      "error",
      "ModelNotLoadedError",
    ]);
    rerender({ model: glide });
    await act(() =>
      expect(result.current.generate({ prompt: "dot", count: 0 })).rejects.toThrow("count"),
    );
    expect(result.current.status).toBe("error");
    await act(() => result.current.generate({ prompt: "dot" }));
    expect([result.current.status, result.current.error]).toEqual(["done", undefined]);
  });

  it("keeps the steps for a scrubber when asked to, from the next step on", async () => {
    const options: ImageRunOptions = { keepSteps: true, preview: false };
    const { result } = renderHook(() => ({ ...useTextToImage(glide, options) }));
    await act(() => result.current.generate({ prompt: "dot", seed: 1 }));
    expect(result.current.steps.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(result.current.steps.at(-1)?.preview).toEqual(result.current.images);
  });
});

describe("the hooks for images from images", () => {
  it("edit, fill in and go from one to another as the model does, and say what the model lacks", async () => {
    const { images } = await glide.generate({ prompt: "dot", seed: 1 });
    const image = images[0] ?? expect.unreachable("no image");
    const mask = { width: 4, height: 4, data: new Uint8Array(16).fill(255) };
    const { result } = renderHook(() => ({
      edit: { ...useImageToImage(glide) },
      inpaint: { ...useInpaint(glide) },
      interpolate: { ...useInterpolate(glide) },
      upscale: { ...useUpscale(glide) },
    }));
    const { edit, inpaint, interpolate, upscale } = result.current;
    await act(async () => {
      await edit.generate({ image, prompt: "line", seed: 2 });
      await inpaint.generate({
        image,
        mask,
        prompt: "line",
        seed: 2,
        resampling: { resamplings: 1 },
      });
      await interpolate.generate({
        from: { prompt: "dot", seed: 1 },
        to: { prompt: "dot", seed: 2 },
        count: 2,
      });
      await upscale.generate({ image, prompt: "dot" }).catch(() => {});
    });
    expect(result.current.edit.images).toEqual(
      (await glide.imageToImage({ image, prompt: "line", seed: 2 })).images,
    );
    expect(result.current.inpaint.images).toHaveLength(1);
    expect(result.current.interpolate.images).toHaveLength(2);
    expect([result.current.upscale.status, result.current.upscale.error?.name]).toEqual([
      "error",
      "MissingNetworkError",
    ]);
  });
});
