import { InvalidArgumentError } from "@glissade/core";
import {
  type CaptionedPictures,
  type MeasuredDistance,
  type MeasuredSet,
  measure,
  measureDistance,
  openPictures,
  type PictureFeatures,
  type Pictures,
  readFeatures,
} from "@glissade/evaluate";
import { given } from "../arguments.ts";
import { readBackend } from "../backends.ts";
import type { Context } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { readCaptions } from "./captions.ts";
import type { EvaluateArguments } from "./evaluate-options.ts";
import { type MeasuringNetworks, openMeasuringNetworks } from "./measuring-networks.ts";

/** Measures the second set of pictures against the first by everything. */
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
  readonly reference: PictureFeatures;
  readonly samples: PictureFeatures;
  /** Where captions are given. */
  readonly captioned: CaptionedPictures | undefined;
}

async function withFeatures<Result>(
  [first = "", second = ""]: readonly string[],
  args: EvaluateArguments,
  { stderr, signal }: Context,
  use: (features: SetFeatures) => Promise<Result>,
): Promise<Result> {
  const crop = given({ crop: args.integer("crop", 1, 8192) });
  const [reference, samples] = [await openPictures(first, crop), await openPictures(second, crop)];
  const captions = await captionsFor(samples, args.nonEmpty("captions"));
  const backend = await readBackend(args).open();
  const bar = progressBar(stderr, {
    quiet: args.has("quiet"),
    describe: (done, total) => `picture ${done} of ${total}`,
  });
  try {
    const networks = await openMeasuringNetworks(args, { backend, signal });
    try {
      const total = reference.count + samples.count;
      const read = (pictures: Pictures, before: number): Promise<PictureFeatures> =>
        readFeatures(pictures.batches({ signal }), networks.network, {
          name: pictures.name,
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
  samples: Pictures,
  path: string | undefined,
): Promise<readonly string[] | undefined> {
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

async function embed(
  samples: Pictures,
  captions: readonly string[],
  { networks: { network, clip }, features, signal }: Embedding,
): Promise<CaptionedPictures> {
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
