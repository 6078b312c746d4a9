import { createHash } from "node:crypto";
import { type Glide, InvalidArgumentError, type RgbImage } from "@glissade/core";
import { assertPositiveInteger } from "@glissade/graph";
import type { ClipNetwork } from "../features/clip-network.ts";
import type { FeatureNetwork } from "../features/feature-network.ts";
import { type ImageFeatures, readFeatures } from "../features/image-features.ts";
import { measure } from "../measure.ts";
import { SampleStore } from "./sample-store.ts";
import type { MeasuredSetting, SweepResults, SweepSetting } from "./sweep-results.ts";
import { samplesName, samplingOf, settingName } from "./sweep-settings.ts";

export interface SweepOptions {
  readonly glide: Pick<
    Glide,
    "generate" | "baseSize" | "imageSize" | "model" | "backend" | "provider"
  >;
  /** SHA-256 of the weights that make the images. */
  readonly modelSha256: string;
  /** Image k shows caption k, modulo their number. */
  readonly captions: readonly string[];
  readonly captionsName: string;
  readonly settings: readonly SweepSetting[];
  /** Images of each setting. */
  readonly samples: number;
  /** Image k has the seed `seed + k` in every setting. */
  readonly seed: number;
  /** Use the model's upsampler too. Default false: the paper's plots are of 64 pixels. */
  readonly upscale?: boolean;
  /** Images that a kill can cost. Default 16. */
  readonly batchSize?: number;
  readonly reference: ImageFeatures;
  /** The same network that the reference was read with. */
  readonly network: FeatureNetwork;
  /** Judges how images fit their captions. */
  readonly clip: ClipNetwork;
  /** What is made is kept here, and a sweep that was stopped goes on from it. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/** How far a sweep is. */
export interface SweepProgress {
  /** In words: `"cfg 3, dpmpp-2m 12"`. */
  readonly setting: string;
  readonly phase: "sampling" | "measuring";
  /**
   * Images of all settings that are there, and all that there will be; those of an earlier run
   * count.
   */
  readonly images: number;
  readonly total: number;
}

/**
 * Samples every setting and measures it against the reference, as in GLIDE's figure 6. Everything
 * that is made lies in the folder batch by batch; with the same options it goes on where it was,
 * also after a kill.
 *
 * @returns what was measured, by the generator's return
 * @throws InvalidArgumentError for an option that is wrong; SampleFileError where the folder
 * belongs to another sweep; what sampling and measuring throw; the signal's reason where aborted
 * @see Nichol et al. 2021, arXiv 2112.10741, figure 6
 */
export async function* runSweep(
  options: SweepOptions,
): AsyncGenerator<SweepProgress, SweepResults, void> {
  const { glide, captions, settings, samples, seed, signal } = options;
  assertPositiveInteger("samples", samples);
  if (captions.length === 0)
    throw new InvalidArgumentError({
      argument: "captions",
      received: captions,
      expected: "at least one",
    });
  if (settings.length === 0)
    throw new InvalidArgumentError({
      argument: "settings",
      received: settings,
      expected: "at least one",
    });
  const side = options.upscale ? glide.imageSize : glide.baseSize;
  const captionsSha256 = createHash("sha256").update(JSON.stringify(captions)).digest("hex");
  const backend = { name: glide.backend, provider: glide.provider ?? "" };
  const store = await SampleStore.open(options.folder, {
    format: 1,
    model: options.modelSha256,
    captions: captionsSha256,
    seed,
    side,
    backend: `${backend.name}/${backend.provider}`,
  });
  const prompts = Array.from(
    { length: samples },
    (_, k) => captions[k % captions.length] as string,
  ); // there is at least one
  const sweep: Sweep = {
    options,
    store,
    prompts,
    texts: await options.clip.texts(prompts, signal ? { signal } : {}),
  };
  const measured: MeasuredSetting[] = [];
  const total = samples * new Set(settings.map(samplesName)).size;
  const made = new Map<string, number>();
  for (const setting of settings) {
    const progress = (phase: SweepProgress["phase"]) => ({
      setting: settingName(setting),
      phase,
      images: [...made.values()].reduce((a, b) => a + b, 0),
      total,
    });
    for await (const count of sampleSetting(sweep, setting)) {
      made.set(samplesName(setting), Math.min(count, samples));
      yield progress("sampling");
    }
    yield progress("measuring");
    measured.push(await measureSetting(sweep, setting));
  }
  return {
    format: 1,
    model: { name: glide.model, sha256: options.modelSha256 },
    samples,
    seed,
    backend,
    settings: measured,
    captions: { name: options.captionsName, count: captions.length, sha256: captionsSha256 },
  };
}

interface Sweep {
  readonly options: SweepOptions;
  readonly store: SampleStore;
  readonly prompts: readonly string[];
  /** The embeddings of the prompts. */
  readonly texts: Awaited<ReturnType<ClipNetwork["texts"]>>;
}

/**
 * Makes what is missing of a setting's images; tells how many there are, first those of an
 * earlier run.
 */
async function* sampleSetting(
  { options, store, prompts }: Sweep,
  setting: SweepSetting,
): AsyncGenerator<number, void, void> {
  const { glide, samples, seed, upscale = false, batchSize = 16, signal } = options;
  const name = samplesName(setting);
  let { count } = await store.kept(name);
  yield count;
  while (count < samples) {
    const begin = performance.now();
    const made: RgbImage[] = [];
    for (const [k, prompt] of prompts.slice(count, count + batchSize).entries()) {
      const { images } = await glide.generate({
        prompt,
        seed: seed + count + k,
        upscale,
        ...samplingOf(setting),
        ...(signal && { signal }),
      });
      made.push(...images);
    }
    await store.add(name, count, made, (performance.now() - begin) / 1000);
    count += made.length;
    yield count;
  }
}

async function measureSetting(
  { options, store, prompts, texts }: Sweep,
  setting: SweepSetting,
): Promise<MeasuredSetting> {
  const { network, clip, reference, samples, seed, signal } = options;
  const heard = signal ? { signal } : {};
  const name = samplesName(setting);
  const features = await readFeatures(store.batches(name, samples, signal), network, {
    name: settingName(setting),
    ...heard,
  });
  const images =
    network === clip
      ? features.pooled
      : (await readFeatures(store.batches(name, samples, signal), clip, { name, ...heard })).pooled;
  const captioned = { images, texts, captions: prompts, logitScale: clip.logitScale };
  const { count, seconds } = await store.kept(name);
  return {
    ...setting,
    ...(await measure(reference, features, { captioned, seed, ...heard })),
    secondsPerImage: seconds / count,
  };
}

/** The first `count` images of a setting, batch after batch, from a sweep's folder. */
export function sweptImages(
  folder: string,
  setting: SweepSetting,
  count: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly RgbImage[], void, void> {
  return SampleStore.existing(folder).batches(samplesName(setting), count, signal);
}
