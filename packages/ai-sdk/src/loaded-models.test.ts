import { getEventListeners } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OnnxBackend, onnx } from "@glissade/backend-onnx";
import { DisposedError, ModelNotFoundError } from "@glissade/core";
import { emoji } from "@glissade/model-emoji";
import { describe, expect, it } from "vitest";
import { LoadedModels } from "./loaded-models.ts";

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error,
  );

/** Models on a backend of the test's own. Closes with the count of sessions that are left. */
async function withModels(
  use: (models: LoadedModels, backend: OnnxBackend) => Promise<void>,
): Promise<void> {
  const backend = onnx({ threads: 1 });
  const models = new LoadedModels({ backend, sources: { emoji } });
  try {
    await use(models, backend);
  } finally {
    await models.dispose();
    expect(backend.openExecutables).toBe(0);
    await backend.dispose();
  }
}

describe("loaded models", () => {
  it("share one load between calls that come at once, and with those that come later", () =>
    withModels(async (models, backend) => {
      const [first, second] = await Promise.all([
        models.open("emoji", undefined),
        models.open("emoji", new AbortController().signal),
      ]);
      const sessions = backend.openExecutables;
      expect(second).toBe(first);
      expect(sessions).toBe(2); // the base network's text transformer and its U-Net
      expect(await models.open("emoji", undefined)).toBe(first);
      expect(backend.openExecutables).toBe(sessions);
    }));

  it("are looked for again after a load that failed", () =>
    withModels(async (models) => {
      const folder = await mkdtemp(join(tmpdir(), "glissade-ai-sdk-"));
      try {
        const name = join(folder, "model");
        expect(ModelNotFoundError.isInstance(await failureOf(models.open(name, undefined)))).toBe(
          true,
        );
        await symlink(fileURLToPath(new URL(".", emoji.files["model_index.json"].url)), name);
        expect((await models.open(name, undefined)).imageSize).toBe(128);
      } finally {
        await rm(folder, { recursive: true });
      }
    }));

  it("go on loading for the others where one stops waiting", () =>
    withModels(async (models) => {
      const impatient = new AbortController();
      const left = failureOf(models.open("emoji", impatient.signal));
      const patient = models.open("emoji", undefined);
      impatient.abort();
      expect(await left).toBe(impatient.signal.reason);
      expect(getEventListeners(impatient.signal, "abort")).toEqual([]);
      expect((await patient).baseSize).toBe(32);
    }));

  it("free what they opened, also what is still loading, and leave a given backend open", async () => {
    const backend = onnx({ threads: 1 });
    const models = new LoadedModels({ backend, sources: { emoji } });
    const glide = await models.open("emoji", undefined);
    const loading = failureOf(models.open("@glissade/model-emoji", undefined));
    await Promise.all([models.dispose(), models.dispose()]);
    expect(DisposedError.isInstance(await loading)).toBe(true);
    expect(backend.openExecutables).toBe(0);
    expect(
      DisposedError.isInstance(await failureOf(glide.generate({ prompt: "a red apple" }))),
    ).toBe(true);
    expect(DisposedError.isInstance(await failureOf(models.open("emoji", undefined)))).toBe(true);

    const others = new LoadedModels({ backend, sources: { emoji } });
    await others.open("emoji", undefined); // the backend still compiles
    await others.dispose();
    await backend.dispose();
  });

  it("dispose of a backend that they made, which they make once and not before it is needed", async () => {
    const made: OnnxBackend[] = [];
    const makeBackend = () => {
      const backend = onnx({ threads: 1 });
      made.push(backend);
      return backend;
    };
    const models = new LoadedModels({ backend: makeBackend, sources: { emoji } });
    expect(made).toHaveLength(0);
    await Promise.all([
      models.open("emoji", undefined),
      models.open("@glissade/model-emoji", undefined),
    ]);
    await models.dispose();
    expect(made.map(({ openExecutables }) => openExecutables)).toEqual([0]);
    const others = new LoadedModels({ backend: made[0] as OnnxBackend, sources: { emoji } });
    expect(DisposedError.isInstance(await failureOf(others.open("emoji", undefined)))).toBe(true);
  });

  it("that were never needed are disposed of without a backend being made", async () => {
    const models = new LoadedModels({
      backend: () => expect.unreachable("it made a backend"),
      sources: {},
    });
    await models.dispose();
  });
});
