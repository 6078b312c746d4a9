import type { Backend } from "@glissade/graph";
import {
  DisposedError,
  InvalidArgumentError,
  interpreter,
  UnknownNameError,
} from "@glissade/graph";
import { afterEach, describe, expect, it } from "vitest";
import { MissingNetworkError } from "../model/index.ts";
import { loadGlide } from "../pipelines/index.ts";
import { tinyCascade, tinyModel } from "../testing/tiny-model.ts";
import { connectGlide } from "./connect-glide.ts";
import type { WorkerGlide } from "./index.ts";
import { serveGlide } from "./serve-glide.ts";

/** Counts what is compiled and not disposed of. */
function countingBackend(): Backend & { open: number } {
  const inner = interpreter();
  return {
    specificationVersion: inner.specificationVersion,
    name: inner.name,
    provider: inner.provider,
    open: 0,
    async compile(...given) {
      const executable = await inner.compile(...given);
      this.open++;
      return {
        run: (...inputs) => executable.run(...inputs),
        dispose: async () => {
          this.open--;
          await executable.dispose();
        },
      };
    },
    dispose: () => inner.dispose(),
  };
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A model at the other end of a channel: every message is cloned as between threads. */
async function connected(
  change: Readonly<Record<string, unknown>> = {},
): Promise<{ glide: WorkerGlide; backend: ReturnType<typeof countingBackend> }> {
  const { port1, port2 } = new MessageChannel();
  const backend = countingBackend();
  const stop = serveGlide({ backend: () => backend, endpoint: port2 });
  ends.push(stop, () => port1.close());
  return { glide: await connectGlide(port1, await tinyModel(change)), backend };
}

describe("a model at the other end of a channel", () => {
  it("makes the images, steps and settings that the same model makes here", async () => {
    const here = await loadGlide(await tinyModel(), { backend: interpreter() });
    const { glide } = await connected();
    expect([
      glide.model,
      glide.networks,
      glide.imageSize,
      glide.baseSize,
      glide.backend,
      glide.provider,
      glide.defaults,
      glide.fallbacks,
    ]).toEqual([
      here.model,
      here.networks,
      here.imageSize,
      here.baseSize,
      here.backend,
      here.provider,
      here.defaults,
      here.fallbacks,
    ]);
    const options = { prompt: "red", seed: 3, count: 2 };
    const steps: unknown[] = [];
    const received = await glide.generate({
      ...options,
      onProgress: ({ step, preview, x0 }) => steps.push([step, preview, x0]),
    });
    const expectedSteps: unknown[] = [];
    const expected = await here.generate({
      ...options,
      onProgress: ({ step, preview, x0 }) => expectedSteps.push([step, preview, x0]),
    });
    expect(received).toEqual(expected);
    expect(steps).toEqual(expectedSteps);
  });

  it("does every task", async () => {
    const { glide } = await connected(await tinyCascade());
    const image = (await glide.generate({ prompt: "a", seed: 1, upscale: false })).images[0];
    if (!image) throw new Error("no image");
    const mask = { width: 4, height: 4, data: new Uint8Array(16).fill(255) };
    expect(
      (await glide.imageToImage({ image, prompt: "b", seed: 1, upscale: false })).images,
    ).toHaveLength(1);
    expect((await glide.upscale({ image, seed: 1 })).images[0]?.width).toBe(8);
    expect(
      (
        await glide.interpolate({
          from: { prompt: "a", seed: 1 },
          to: { prompt: "b", seed: 1 },
          count: 3,
          upscale: false,
        })
      ).images,
    ).toHaveLength(3);
    await expect(
      glide.inpaint({ image, mask, prompt: "b", seed: 1, upscale: false }),
    ).resolves.toMatchObject({ images: [{ width: 4 }] });
    await expect(glide.clipScore({ images: [image], prompt: "a" })).rejects.toMatchObject({
      name: MissingNetworkError.code,
      network: "clip",
    });
  });

  it("throws errors of the same class, with their fields", async () => {
    const { glide } = await connected();
    const failure = await glide
      .generate({ prompt: "a", steps: -1 })
      .catch((error: unknown) => error);
    expect(
      InvalidArgumentError.isInstance(failure) && [failure.argument, failure.received],
    ).toEqual(["steps", -1]);
    expect(UnknownNameError.isInstance(failure)).toBe(false);
    const { port1, port2 } = new MessageChannel();
    ends.push(serveGlide({ backend: () => interpreter(), endpoint: port2 }), () => port1.close());
    await expect(connectGlide(port1, new Map())).rejects.toMatchObject({
      name: "ModelFileError",
      path: "model_index.json",
    });
  });

  it("refuses options that cannot be sent, and says what to do", async () => {
    const { glide } = await connected();
    const sampler = async function* () {};
    await expect(glide.generate({ prompt: "a", sampler: sampler as never })).rejects.toThrow(
      "Name samplers and guidance",
    );
  });

  it("stops between two steps with the signal's own reason, and goes on with the next run", async () => {
    const { glide } = await connected();
    const controller = new AbortController();
    const reason = new Error("enough");
    const run = glide.generate({
      prompt: "a",
      seed: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    expect((await glide.generate({ prompt: "a", seed: 1 })).images).toHaveLength(1);
    await expect(glide.generate({ prompt: "a", signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  it("ends a run whose loop is left, and frees all networks when it is disposed of", async () => {
    const { glide, backend } = await connected();
    expect(backend.open).toBeGreaterThan(0);
    for await (const { step } of glide.generate({ prompt: "a", seed: 1 })) if (step === 1) break;
    await glide.dispose();
    await glide.dispose();
    expect(backend.open).toBe(0);
    await expect(glide.generate({ prompt: "a" })).rejects.toMatchObject({
      name: DisposedError.code,
    });
  });

  it("runs two at a time, each with its own result", async () => {
    const { glide } = await connected();
    const [a, b] = await Promise.all([
      glide.generate({ prompt: "a", seed: 1 }),
      glide.generate({ prompt: "a", seed: 2 }),
    ]);
    expect([a.images[0]?.seed, b.images[0]?.seed]).toEqual([1, 2]);
    expect(a.images[0]?.data).not.toEqual(b.images[0]?.data);
  });
});
