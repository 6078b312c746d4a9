import { tinyLoads, tinySource } from "@glissade/core/testing";
import { useGlide, useTextToImage } from "@glissade/react";
import { act, cleanup, configure, renderHook, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { usePendingRun } from "./use-pending-run.ts";

configure({ asyncUtilTimeout: 15_000 });
afterEach(cleanup);

function rendered(fail?: () => boolean) {
  const { load, counts } = tinyLoads(fail && { fail });
  const source = tinySource();
  const hook = () => {
    const model = useGlide(source, { load, autoLoad: false });
    const run = useTextToImage(model.glide);
    return {
      model,
      run,
      generate: usePendingRun(model, run),
      images: run.images,
      status: run.status,
      loading: model.status,
    };
  };
  return { ...renderHook(hook, { wrapper: StrictMode }), counts };
}

describe("a run that waits for its model", () => {
  it("loads the model, and then makes what was asked for last, once", async () => {
    const { result, counts } = rendered();
    expect(counts.begun).toBe(0);
    act(() => {
      result.current.generate({ prompt: "ab", seed: 1 });
      result.current.generate({ prompt: "ab", seed: 2 });
    });
    await waitFor(() => expect(result.current.status).toBe("done"), { timeout: 5000 });
    expect(result.current.images.map(({ seed }) => seed)).toEqual([2]);
    expect(counts.begun).toBe(1);
  });

  it("begins at once where the model is there", async () => {
    const { result } = rendered();
    await act(() => result.current.model.load());
    act(() => result.current.generate({ prompt: "ab", seed: 5 }));
    expect(result.current.status).toBe("running");
    await waitFor(() => expect(result.current.images.map(({ seed }) => seed)).toEqual([5]), {
      timeout: 5000,
    });
  });

  it("waits out an error of loading until that is tried again", async () => {
    let isOffline = true;
    const { result } = rendered(() => isOffline);
    act(() => result.current.generate({ prompt: "ab", seed: 3 }));
    await waitFor(() => expect(result.current.loading).toBe("error"));
    expect(result.current.status).toBe("idle");
    isOffline = false;
    await act(() => result.current.model.load());
    await waitFor(() => expect(result.current.images.map(({ seed }) => seed)).toEqual([3]), {
      timeout: 5000,
    });
  });
});
