import { loadGlide } from "@glissade/core";
import { connectGlide } from "@glissade/core/worker";
import { onnx } from "@glissade/backend-onnx";
import { emoji } from "@glissade/model-emoji";

const settings = { prompt: "red apple", seed: 5, steps: 2, upscale: false };

/** What the page did, for the test to read. */
async function pictures(): Promise<{ here: number[]; inWorker: number[] }> {
  // ONNX Runtime's files in a folder of their own, as a host may have them.
  const options = { providers: ["wasm"], threads: 1, wasmPaths: new URL("runtime/", document.baseURI).href } as const;
  const worker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const connected = await connectGlide(worker, emoji, { backend: options });
  const [inWorker] = (await connected.generate(settings)).images;
  await connected.dispose();
  const backend = onnx(options);
  const glide = await loadGlide(emoji, { backend });
  const [here] = (await glide.generate(settings)).images;
  await glide.dispose();
  await backend.dispose();
  return { here: [...(here?.data ?? [])], inWorker: [...(inWorker?.data ?? [])] };
}

Object.assign(globalThis, { pictures });
