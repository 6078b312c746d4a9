import { loadGlide } from "@glissade/core";
import { connectGlide } from "@glissade/core/worker";
import { onnx } from "@glissade/backend-onnx";
import { emoji } from "@glissade/model-emoji";

const settings = { prompt: "red apple", seed: 5, steps: 2, upscale: false };

/** What the page did, for the test to read. */
async function images(): Promise<{ here: number[]; inWorker: number[] }> {
  // In the worker with threads, and with ONNX Runtime's files in a folder of their own; on the page
  // with those that the bundler shipped.
  const apart = { providers: ["wasm"], threads: 2, wasmPaths: new URL("runtime/", document.baseURI).href };
  const worker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const connected = await connectGlide(worker, emoji, { backend: apart });
  const [inWorker] = (await connected.generate(settings)).images;
  await connected.dispose();
  const backend = onnx({ providers: ["wasm"], threads: 1 });
  const glide = await loadGlide(emoji, { backend });
  const [here] = (await glide.generate(settings)).images;
  await glide.dispose();
  await backend.dispose();
  return { here: [...(here?.data ?? [])], inWorker: [...(inWorker?.data ?? [])] };
}

Object.assign(globalThis, { images });
