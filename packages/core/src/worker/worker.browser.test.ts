import { DisposedError, interpreter } from "@glissade/graph";
import { afterEach, describe, expect, it, vi } from "vitest";
import { faultySite } from "../model/__fixtures__/faulty-site.ts";
import { loadGlide } from "../pipelines/index.ts";
import { tinyModel } from "../testing/tiny-model.ts";
import { connectGlide } from "./connect-glide.ts";
import { WorkerLostError } from "./index.ts";

const made: Worker[] = [];
const lost = { name: WorkerLostError.code };

/** A worker that is ended after the test, whatever happens in it. */
function keep(worker: Worker): Worker {
  made.push(worker);
  return worker;
}

const tinyWorker = () =>
  keep(new Worker(new URL("./__fixtures__/tiny-worker.ts", import.meta.url), { type: "module" }));
const throwingWorker = () =>
  keep(
    new Worker(new URL("./__fixtures__/throwing-worker.ts", import.meta.url), { type: "module" }),
  );
const failingLaterWorker = () =>
  keep(
    new Worker(new URL("./__fixtures__/failing-later-worker.ts", import.meta.url), {
      type: "module",
    }),
  );
const missingWorker = () =>
  keep(new Worker(`${location.origin}/no-such-script.js`, { type: "module" }));
/** Its script runs and nobody in it listens. */
const deafWorker = () =>
  keep(new Worker(URL.createObjectURL(new Blob([""], { type: "text/javascript" }))));

afterEach(async () => {
  vi.restoreAllMocks();
  for (const worker of made.splice(0)) worker.terminate();
  // a busy worker's end takes its time
  await vi.waitFor(async () => expect(await heldLocks()).toEqual([]), { timeout: 10_000 });
});

/** Locks that say a worker lives. */
async function heldLocks(): Promise<string[]> {
  const { held = [] } = await navigator.locks.query();
  return held.flatMap(({ name }) => (name?.startsWith("glissade-worker-") ? [name] : []));
}

describe("a model in a worker", () => {
  it("makes the images that it makes on the page", async () => {
    const here = await loadGlide(await tinyModel(), { backend: interpreter() });
    const glide = await connectGlide(tinyWorker, await tinyModel());
    const options = { prompt: "red", seed: 3, count: 2 };
    expect(await glide.generate(options)).toEqual(await here.generate(options));
    await Promise.all([here.dispose(), glide.dispose()]);
  });

  it("leaves the page's own thread free while it generates", async () => {
    const glide = await connectGlide(tinyWorker, await tinyModel());
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    );
    observer.observe({ type: "longtask" }); // those beyond 50 ms
    const run = (steps = 3) => glide.generate({ prompt: "a", seed: 1, count: 4, steps });
    await run(1); // once more below: the first includes what the page itself compiles
    tasks.length = 0;
    const began = performance.now();
    await run();
    expect(performance.now() - began).toBeGreaterThan(100);
    expect(tasks).toEqual([]);

    const here = await loadGlide(await tinyModel(), { backend: interpreter() });
    await here.generate({ prompt: "a", seed: 1, count: 4, steps: 1 });
    // the same without a worker is noticed
    await vi.waitFor(() => expect(tasks.length).toBeGreaterThan(0));
    observer.disconnect();
    await Promise.all([here.dispose(), glide.dispose()]);
  });

  it("takes its listeners off a worker that is the caller's, who can load the next in it", async () => {
    const worker = tinyWorker();
    const terminate = vi.spyOn(worker, "terminate");
    const added = vi.spyOn(worker, "addEventListener");
    const removed = vi.spyOn(worker, "removeEventListener");
    for (let count = 0; count < 3; count++) {
      const glide = await connectGlide(worker, await tinyModel());
      expect((await glide.generate({ prompt: "a", seed: 1 })).images).toHaveLength(1);
      expect(await heldLocks()).toHaveLength(1);
      await glide.dispose();
      expect(removed.mock.calls.length).toBe(added.mock.calls.length);
    }
    expect(added.mock.calls.length).toBe(9);
    expect(terminate).not.toHaveBeenCalled();
  });
});

describe("a worker", () => {
  it("that is ended from outside fails the run that goes on in it, and all later ones, with WorkerLostError", async () => {
    const worker = tinyWorker();
    const glide = await connectGlide(worker, await tinyModel());
    const run = glide.generate({
      prompt: "a",
      seed: 1,
      count: 4,
      steps: 50,
      onProgress: ({ step }) => step === 2 && worker.terminate(),
    });
    await expect(run).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining("it was ended"),
    });
    await expect(glide.generate({ prompt: "a" })).rejects.toMatchObject(lost);
    await glide.dispose();
    await expect(glide.generate({ prompt: "a" })).rejects.toMatchObject({
      name: DisposedError.code,
    });
  });

  it("whose script throws, or is missing, fails the load with WorkerLostError and is ended", async () => {
    const ended = vi.spyOn(Worker.prototype, "terminate");
    await expect(connectGlide(throwingWorker, await tinyModel())).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining("no such luck"),
    });
    expect(ended).toHaveBeenCalledTimes(1);
    await expect(connectGlide(missingWorker, await tinyModel())).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining("could not be loaded"),
    });
    expect(ended).toHaveBeenCalledTimes(2);
  });

  it("whose script fails later fails what waits for it", async () => {
    const worker = failingLaterWorker();
    const glide = await connectGlide(worker, await tinyModel());
    const run = glide.generate({
      prompt: "a",
      seed: 1,
      count: 4,
      steps: 50,
      onProgress: ({ step }) => step === 2 && worker.postMessage("fail"),
    });
    await expect(run).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining("out of the blue"),
    });
    await glide.dispose();
  });

  it("of a function is ended with the model, and the lock that it held is free", async () => {
    const ended = vi.spyOn(Worker.prototype, "terminate");
    const glide = await connectGlide(tinyWorker, await tinyModel());
    expect(await heldLocks()).toHaveLength(1);
    expect(ended).not.toHaveBeenCalled();
    await glide.dispose();
    await glide.dispose();
    expect(ended).toHaveBeenCalledTimes(1);
    await vi.waitFor(async () => expect(await heldLocks()).toEqual([]));
  });

  it("of a function is ended where its model cannot be loaded", async () => {
    const ended = vi.spyOn(Worker.prototype, "terminate");
    await expect(connectGlide(tinyWorker, new Map())).rejects.toMatchObject({
      name: "ModelFileError",
    });
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["at once", 0],
    ["in the middle of it", 1500],
  ])("of a function is ended where the load is aborted %s", async (_, milliseconds) => {
    const ended = vi.spyOn(Worker.prototype, "terminate");
    const controller = new AbortController();
    const reason = new Error("another model");
    const { url } = await faultySite(`${location.origin}/faulty/`, { size: 300_000, slow: 1000 });
    const source = {
      label: "slow",
      files: { "model_index.json": { url: new URL("model_index.json", url) } },
    };
    setTimeout(() => controller.abort(reason), milliseconds);
    await expect(connectGlide(tinyWorker, source, { signal: controller.signal })).rejects.toBe(
      reason,
    );
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it("of a function that answers nothing is ended when the load is aborted", async () => {
    const ended = vi.spyOn(Worker.prototype, "terminate");
    const reason = new Error("waited for long enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    await expect(
      connectGlide(deafWorker, await tinyModel(), { signal: controller.signal }),
    ).rejects.toBe(reason);
    expect(ended).toHaveBeenCalledTimes(1);
  });
});
