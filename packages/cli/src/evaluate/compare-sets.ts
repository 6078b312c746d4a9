import { InvalidArgumentError } from "@glissade/core";
import { type MeasuredSet, measure, openPictures, type PictureFeatures, type Pictures, readFeatures } from "@glissade/evaluate";
import { given } from "../arguments.ts";
import { readBackend } from "../backends.ts";
import type { Context } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { readCaptions } from "./captions.ts";
import type { EvaluateArguments } from "./evaluate-options.ts";
import { type MeasuringNetworks, openMeasuringNetworks } from "./measuring-networks.ts";

/** Measures the second set of pictures against the first. */
export async function compareSets([first = "", second = ""]: readonly string[], args: EvaluateArguments, { stderr, signal }: Context): Promise<MeasuredSet> {
  const crop = given({ crop: args.integer("crop", 1, 8192) });
  const [reference, samples] = [await openPictures(first, crop), await openPictures(second, crop)];
  const captions = await captionsFor(samples, args.nonEmpty("captions"));
  const backend = await readBackend(args).open();
  const bar = progressBar(stderr, { quiet: args.has("quiet"), describe: (done, total) => `picture ${done} of ${total}` });
  try {
    const networks = await openMeasuringNetworks(args, { backend, signal });
    try {
      const total = reference.count + samples.count;
      const read = (pictures: Pictures, before: number): Promise<PictureFeatures> =>
        readFeatures(pictures.batches({ signal }), networks.network, { name: pictures.name, signal, onProgress: (count) => bar.update(before + count, total) });
      const features = [await read(reference, 0), await read(samples, reference.count)] as const;
      const captioned = captions && (await embed(samples, captions, { networks, features: features[1], signal }));
      return await measure(...features, { signal, seed: args.integer("seed", 0, Number.MAX_SAFE_INTEGER) ?? 0, ...given({ captioned }) });
    } finally {
      await networks.dispose();
    }
  } finally {
    bar.end();
    await backend.dispose();
  }
}

async function captionsFor(samples: Pictures, path: string | undefined): Promise<readonly string[] | undefined> {
  const captions = path === undefined ? undefined : await readCaptions(path);
  if (captions && captions.length !== samples.count)
    throw new InvalidArgumentError({
      argument: "--captions",
      received: `${captions.length} captions`,
      expected: `${samples.count}, one for each picture of ${samples.name}`,
    });
  return captions;
}

interface Embedding {
  readonly networks: MeasuringNetworks;
  readonly features: PictureFeatures;
  readonly signal: AbortSignal;
}

async function embed(samples: Pictures, captions: readonly string[], { networks: { network, clip }, features, signal }: Embedding) {
  const images = network === clip ? features.pooled : (await readFeatures(samples.batches({ signal }), clip, { name: samples.name, signal })).pooled;
  return { images, texts: await clip.texts(captions, { signal }), captions, logitScale: clip.logitScale };
}
