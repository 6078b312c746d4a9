import { interpreter } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { type GlideLike, loadGlide } from "../pipelines/index.ts";
import { tinyModel } from "../testing/tiny-model.ts";
import { glideLoader, type LoadContext } from "./glide-loader.ts";

const files = await tinyModel();
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A loader of the tiny model that counts its loads. */
function counted(graceTime = 20) {
  const backend = interpreter();
  const contexts: LoadContext[] = [];
  const loader = glideLoader({
    graceTime,
    load: async (context) => {
      contexts.push(context);
      await pause(5);
      return loadGlide(files, { backend, signal: context.signal });
    },
  });
  return { loader, backend, contexts };
}

describe("GlideLoader", () => {
  it("loads once for all who ask, and opens nothing twice", async () => {
    const { loader, backend, contexts } = counted();
    const statuses: string[] = [];
    const unsubscribe = loader.subscribe(() => statuses.push(loader.getSnapshot().status));
    const [a, b] = await Promise.all([loader.load(), loader.load()]);
    expect(a).toBe(b);
    expect(await loader.load()).toBe(a);
    expect(loader.getSnapshot()).toMatchObject({ status: "ready", glide: a, error: undefined });
    expect(loader.getSnapshot()).toBe(loader.getSnapshot());
    expect([statuses, contexts.length]).toEqual([["loading", "ready"], 1]);
    expect(backend.openExecutables).toBeGreaterThan(0);
    await loader.dispose();
    unsubscribe();
    expect([backend.openExecutables, loader.listeners, loader.getSnapshot().status]).toEqual([
      0,
      0,
      "idle",
    ]);
  });

  it("keeps the last progress and drops that of a load that was given up", async () => {
    const { loader, contexts } = counted();
    void loader.load();
    await pause(0);
    contexts[0]?.onProgress({ loadedBytes: 1, totalBytes: 4, path: "base/model.safetensors" });
    expect(loader.getSnapshot().progress).toEqual({
      loadedBytes: 1,
      totalBytes: 4,
      path: "base/model.safetensors",
    });
    const gone = loader.dispose();
    contexts[0]?.onProgress({ loadedBytes: 2, totalBytes: 4 });
    expect(loader.getSnapshot()).toEqual({
      status: "idle",
      glide: undefined,
      progress: undefined,
      error: undefined,
    });
    await gone;
  });

  it("has the error in the snapshot and the promise, closes what was opened, and loads again when asked", async () => {
    const closed: string[] = [];
    let shouldFail = true;
    const backend = interpreter();
    const loader = glideLoader({
      load: async ({ onDispose }) => {
        onDispose(() => closed.push("first"));
        onDispose(() => closed.push("second"));
        if (shouldFail) throw new RangeError("no weights");
        return loadGlide(files, { backend });
      },
    });
    await expect(loader.load()).rejects.toThrow("no weights");
    expect(loader.getSnapshot()).toMatchObject({
      status: "error",
      error: expect.any(RangeError),
      glide: undefined,
    });
    expect(closed).toEqual(["second", "first"]);
    shouldFail = false;
    await loader.load();
    expect(loader.getSnapshot()).toMatchObject({ status: "ready", error: undefined });
    await loader.dispose();
    expect([closed, backend.openExecutables]).toEqual([["second", "first", "second", "first"], 0]);
  });

  it("is not disposed of between two users who follow each other, and is after the last one", async () => {
    const { loader, backend, contexts } = counted();
    const leave = loader.retain();
    await loader.load();
    leave();
    leave();
    const leaveAgain = loader.retain();
    await pause(40);
    expect([loader.users, loader.getSnapshot().status, contexts.length]).toEqual([1, "ready", 1]);
    leaveAgain();
    await pause(40);
    expect([loader.users, loader.getSnapshot().status, backend.openExecutables]).toEqual([
      0,
      "idle",
      0,
    ]);
  });

  it("aborts a load when the last user leaves; what is loaded nevertheless is disposed of", async () => {
    const backend = interpreter();
    let finish: (glide: GlideLike) => void = () => {};
    let signal: AbortSignal | undefined;
    const loader = glideLoader({
      graceTime: 0,
      load: (context) => {
        signal = context.signal;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    const leave = loader.retain();
    const loading = loader.load();
    await pause(0);
    leave();
    await pause(10);
    expect([signal?.aborted, loader.getSnapshot().status]).toEqual([true, "idle"]);
    finish(await loadGlide(files, { backend }));
    await expect(loading).rejects.toThrow(/abort/i);
    await loader.dispose();
    expect(backend.openExecutables).toBe(0);
  });

  it("closes the rest where a part cannot be closed, and says so", async () => {
    const { backend } = counted();
    const closed: string[] = [];
    const loader = glideLoader({
      load: ({ onDispose }) => {
        onDispose(() => closed.push("worker"));
        onDispose(() => Promise.reject(new Error("stuck")));
        return loadGlide(files, { backend });
      },
    });
    await loader.load();
    await expect(loader.dispose()).rejects.toThrow("stuck");
    expect([closed, backend.openExecutables]).toEqual([["worker"], 0]);
  });
});
