import { readFileSync } from "node:fs";
import { onnx } from "@glissade/backend-onnx";
import { loadGlide, type RgbImage } from "@glissade/core";
import { emoji } from "@glissade/model-emoji";
import { openClipNetwork } from "../../features/clip-network.ts";
import { type ImageFeatures, readFeatures } from "../../features/image-features.ts";
import { openNpz } from "../../samples/npz.ts";
import type { SweepOptions } from "../run-sweep.ts";
import { sweepSettings } from "../sweep-settings.ts";

const evaluation = new URL("../../../../model-emoji/evaluation/", import.meta.url);

/**
 * The embedded model, its CLIP and a part of its held-out images: a sweep of three settings, 8
 * images each, that takes seconds.
 */
export async function openSmallSweep() {
  const backend = onnx();
  const glide = await loadGlide(emoji, { backend });
  const captions: string[] = JSON.parse(readFileSync(new URL("captions.json", evaluation), "utf8"));
  const clip = await openClipNetwork(emoji, { backend, classes: captions.slice(0, 8) });
  const reference: ImageFeatures = await readFeatures(firstImages(60), clip, { name: "held out" });
  const options: Omit<SweepOptions, "folder"> = {
    glide, clip, reference, captions, network: clip, captionsName: "captions.json", modelSha256: "the embedded model's", samples: 8, seed: 5, batchSize: 2,
    settings: sweepSettings({ strategies: ["cfg", "clip"], scales: { cfg: [1, 3], clip: [0, 2] }, samplers: ["ddim"], steps: [2] }),
  };
  const dispose = async () => {
    await Promise.all([glide.dispose(), clip.dispose()]);
    await backend.dispose();
  };
  return { options, dispose };
}

async function* firstImages(count: number): AsyncGenerator<readonly RgbImage[], void, void> {
  for await (const batch of (await openNpz(new URL("held-out.npz", evaluation).pathname)).batches({ batchSize: count })) {
    yield batch;
    return;
  }
}
