import { connectGlide } from "@glissade/core/worker";
import { expect, it, vi } from "vitest";
import { emoji } from "./index.ts";

const generations = 50;
/** After so many, everything that is made once is there. */
const warm = 10;

interface CountedWorker {
  readonly worker: Worker;
  /** Listeners that are on it now. */
  readonly listeners: () => number;
  /** Requests that the worker has not answered yet. */
  readonly pending: () => number;
  readonly wasmBytes: () => Promise<number>;
}

/** A worker of which listeners and messages are counted, those of this test aside. */
function countedWorker(): CountedWorker {
  const worker = new Worker(new URL("./__fixtures__/emoji-worker.ts", import.meta.url), {
    type: "module",
  });
  const listeners = new Set<unknown>();
  const pending = new Set<number>();
  const { addEventListener, removeEventListener, postMessage } = Worker.prototype;
  addEventListener.call(worker, "message", (event) => {
    const { id, type } = (event as MessageEvent<{ id?: number; type?: string }>).data;
    if (id !== undefined && type !== "progress") pending.delete(id);
  });
  Object.assign(worker, {
    addEventListener: (...given: Parameters<typeof addEventListener>) => {
      listeners.add(given[1]);
      addEventListener.apply(worker, given);
    },
    removeEventListener: (...given: Parameters<typeof removeEventListener>) => {
      listeners.delete(given[1]);
      removeEventListener.apply(worker, given);
    },
    postMessage: (
      message: { readonly id: number; readonly type: string },
      transfer: Transferable[],
    ) => {
      if (message.type !== "abort") pending.add(message.id); // an abort has no answer of its own
      postMessage.call(worker, message, { transfer });
    },
  });
  return {
    worker,
    listeners: () => listeners.size,
    pending: () => pending.size,
    wasmBytes: () =>
      new Promise((resolve) => {
        const onMessage = (event: Event) => {
          const { wasmBytes } = (event as MessageEvent<{ wasmBytes?: number }>).data;
          if (wasmBytes === undefined) return;
          removeEventListener.call(worker, "message", onMessage);
          resolve(wasmBytes);
        };
        addEventListener.call(worker, "message", onMessage);
        postMessage.call(worker, "memory");
      }),
  };
}

async function heldLocks(): Promise<number> {
  const { held = [] } = await navigator.locks.query();
  return held.filter(({ name }) => name?.startsWith("glissade-worker-")).length;
}

it("memory is flat over 50 generations in a worker, some aborted and some left, and all is given back", async () => {
  const { worker, listeners, pending, wasmBytes } = countedWorker();
  const terminate = vi.spyOn(worker, "terminate");
  const glide = await connectGlide(() => worker, emoji, {
    backend: { providers: ["wasm"], threads: 1 },
  });
  const idleListeners = listeners();
  const bytes: number[] = [];
  const endings = { finished: 0, aborted: 0, left: 0 };
  for (let run = 0; run < generations; run++) {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    const added = vi.spyOn(controller.signal, "addEventListener");
    const options = {
      prompt: run % 2 === 0 ? "red apple" : "a butterfly",
      seed: run,
      steps: 2,
      upscale: false,
      signal: controller.signal,
    };
    if (run % 5 === 4) {
      await expect(
        glide.generate({ ...options, onProgress: () => controller.abort() }),
      ).rejects.toMatchObject({ name: "AbortError" });
      endings.aborted++;
    } else if (run % 10 === 7) {
      for await (const { step } of glide.generate(options)) if (step === 1) break;
      endings.left++;
    } else {
      expect((await glide.generate(options)).images).toMatchObject([{ width: 32, height: 32 }]);
      endings.finished++;
    }
    expect([listeners(), pending()]).toEqual([idleListeners, 0]);
    expect(added.mock.calls.length).toBeGreaterThan(0);
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
    bytes.push(await wasmBytes());
  }
  expect(endings).toEqual({ finished: 35, aborted: 10, left: 5 });
  expect(bytes.at(-1)).toBeGreaterThan(10_000_000); // of the weights alone
  expect(new Set(bytes.slice(warm)).size).toBe(1);

  expect([await heldLocks(), terminate.mock.calls.length]).toEqual([1, 0]);
  await glide.dispose();
  expect(terminate).toHaveBeenCalledTimes(1);
  expect([listeners(), pending()]).toEqual([0, 0]);
  await vi.waitFor(async () => expect(await heldLocks()).toBe(0));
});
