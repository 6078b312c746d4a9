import { InvalidArgumentError } from "@glissade/core";
import {
  type CaptionedImages,
  type ImageFeatures,
  type Images,
  type MeasuredDistance,
  type MeasuredSet,
  measure,
  measureDistance,
  openImages,
  readFeatures,
} from "@glissade/evaluate";
import { given } from "../arguments.ts";
import { readBackend } from "../backends.ts";
import type { Context } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { readCaptions } from "./captions.ts";
import type { EvaluateArguments } from "./evaluate-options.ts";
import { type MeasuringNetworks, openMeasuringNetworks } from "./measuring-networks.ts";

/** Measures the second set of images against the first by everything. */
export function compareSets(
  sets: readonly string[],
  args: EvaluateArguments,
  context: Context,
): Promise<MeasuredSet> {
  const seed = args.integer("seed", 0, Number.MAX_SAFE_INTEGER) ?? 0;
  return withFeatures(sets, args, context, async ({ reference, samples, captioned }) =>
    measure(reference, samples, { signal: context.signal, seed, ...given({ captioned }) }),
  );
}

/** The Fréchet distance alone. */
export function distanceOfSets(
  sets: readonly string[],
  args: EvaluateArguments,
  context: Context,
): Promise<MeasuredDistance> {
  return withFeatures(sets, args, context, async ({ reference, samples }) =>
    measureDistance(reference, samples),
  );
}

interface SetFeatures {
  readonly reference: ImageFeatures;
  readonly samples: ImageFeatures;
  /** Where captions are given. */
  readonly captioned: CaptionedImages | undefined;
}

async function withFeatures<Result>(
  [first = "", second = ""]: readonly string[],
  args: EvaluateArguments,
  { stderr, signal }: Context,
  use: (features: SetFeatures) => Promise<Result>,
): Promise<Result> {
  const crop = given({ crop: args.integer("crop", 1, 8192) });
  const [reference, samples] = [await openImages(first, crop), await openImages(second, crop)];
  const captions = await captionsFor(samples, args.nonEmpty("captions"));
  const backend = await readBackend(args).open();
  const bar = progressBar(stderr, {
    quiet: args.has("quiet"),
    describe: (done, total) => `image ${done} of ${total}`,
  });
  try {
    const networks = await openMeasuringNetworks(args, { backend, signal });
    try {
      const total = reference.count + samples.count;
      const read = (images: Images, before: number): Promise<ImageFeatures> =>
        readFeatures(images.batches({ signal }), networks.network, {
          name: images.name,
          signal,
          onProgress: (count) => bar.update(before + count, total),
        });
      const [a, b] = [await read(reference, 0), await read(samples, reference.count)];
      return await use({
        reference: a,
        samples: b,
        captioned: captions && (await embed(samples, captions, { networks, features: b, signal })),
      });
    } finally {
      await networks.dispose();
    }
  } finally {
    bar.end();
    await backend.dispose();
  }
}

async function captionsFor(
  samples: Images,
  path: string | undefined,
): Promise<readonly string[] | undefined> {
  const captions = path === undefined ? undefined : await readCaptions(path);
  if (captions && captions.length !== samples.count)
    throw new InvalidArgumentError({
      argument: "--captions",
      received: `${captions.length} captions`,
      expected: `${samples.count}, one for each image of ${samples.name}`,
    });
  return captions;
}

interface Embedding {
  readonly networks: MeasuringNetworks;
  readonly features: ImageFeatures;
  readonly signal: AbortSignal;
}

async function embed(
  samples: Images,
  captions: readonly string[],
  { networks: { network, clip }, features, signal }: Embedding,
): Promise<CaptionedImages> {
  const images =
    network === clip
      ? features.pooled
      : (await readFeatures(samples.batches({ signal }), clip, { name: samples.name, signal }))
          .pooled;
  return {
    images,
    texts: await clip.texts(captions, { signal }),
    captions,
    logitScale: clip.logitScale,
  };
}
