import { createRequire } from "node:module";
import { type Backend, type Glide, loadGlide } from "@glissade/core";
import { assertPlaceWritable } from "@glissade/core/files";
import {
  openImages,
  readFeatures,
  runSweep,
  type SweepOptions,
  type SweepResults,
  sweepSettings,
  writeSweepReport,
} from "@glissade/evaluate";
import { given } from "../arguments.ts";
import { readBackend } from "../backends.ts";
import type { Context } from "../command.ts";
import { UsageError } from "../errors.ts";
import { defaultModel, loadModel, weightsDigest } from "../model-source.ts";
import { type ProgressBar, progressBar } from "../progress-bar.ts";
import { readCaptions } from "./captions.ts";
import { type AskedSweep, type EvaluateArguments, readSweep } from "./evaluate-options.ts";
import { type MeasuringNetworks, openMeasuringNetworks } from "./measuring-networks.ts";
import { exportImages, shownImages } from "./sweep-images.ts";

/** Runs a sweep, and writes its report into its folder. */
export async function sweep(args: EvaluateArguments, context: Context): Promise<SweepResults> {
  const asked = readSweep(args);
  const folder = args.nonEmpty("out");
  if (folder === undefined)
    throw new UsageError("Say where the sweep goes: glissade evaluate sweep --out runs/sweep.");
  await assertPlaceWritable(folder);
  const data = await evaluationData(args);
  const chosen = readBackend(args);
  const backend = await chosen.open();
  const bar = progressBar(context.stderr, { quiet: args.has("quiet"), describe: describeImages });
  try {
    const networks = await openMeasuringNetworks(args, {
      backend,
      signal: context.signal,
      classes: [...new Set(data.captions.slice(0, asked.samples))],
    });
    try {
      return await sweepWith({ args, asked, folder, data, backend, networks, bar }, context);
    } finally {
      await networks.dispose();
    }
  } catch (error) {
    if (context.signal.aborted)
      bar.note("What was sampled is kept. The same command goes on with it.");
    throw error;
  } finally {
    bar.end();
    await backend.dispose();
  }
}

interface SweepParts {
  readonly args: EvaluateArguments;
  readonly asked: AskedSweep;
  readonly folder: string;
  readonly data: EvaluationData;
  readonly backend: Backend;
  readonly networks: MeasuringNetworks;
  readonly bar: ProgressBar;
}

async function sweepWith(
  { args, asked, folder, data, backend, networks, bar }: SweepParts,
  { signal }: Context,
): Promise<SweepResults> {
  const model = args.nonEmpty("model") ?? defaultModel;
  const glide: Glide = await loadModel(loadGlide, model, { backend, signal });
  try {
    const crop = given({ crop: args.integer("crop", 1, 8192) });
    const reference = await openImages(data.reference, crop);
    const options: SweepOptions = {
      glide,
      folder,
      signal,
      captions: data.captions,
      captionsName: data.captionsName,
      ...networks,
      upscale: asked.upscale,
      modelSha256: (await weightsDigest(model, "base")) ?? model,
      settings: sweepSettings({
        ...asked,
        samplers: asked.samplers ?? [glide.defaults.sampler],
        steps: asked.steps ?? [glide.defaults.steps],
      }),
      samples: asked.samples,
      seed: asked.seed,
      reference: await readFeatures(reference.batches({ signal }), networks.network, {
        name: data.referenceName,
        signal,
      }),
    };
    const results = await followed(runSweep(options), bar);
    await writeSweepReport(folder, results, await shownImages(options), { signal });
    await exportImages(options, asked.exports);
    return results;
  } finally {
    await glide.dispose();
  }
}

async function followed(run: ReturnType<typeof runSweep>, bar: ProgressBar): Promise<SweepResults> {
  let told = "";
  for (;;) {
    const next = await run.next();
    if (next.done) return next.value;
    const { setting, phase, images, total } = next.value;
    bar.update(images, total);
    const line = phase === "measuring" ? `measuring ${setting}` : "";
    if (line !== "" && line !== told) bar.note(line);
    told = line;
  }
}

function describeImages(done: number, total: number): string {
  return `image ${done} of ${total}`;
}

interface EvaluationData {
  readonly captions: readonly string[];
  readonly captionsName: string;
  /** A folder or a `.npz` file. */
  readonly reference: string;
  readonly referenceName: string;
}

/**
 * What a sweep samples and what it is compared with: for the default model what comes with it, for
 * any other what is given.
 */
async function evaluationData(args: EvaluateArguments): Promise<EvaluationData> {
  const [captions, reference] = [args.nonEmpty("captions"), args.nonEmpty("reference")];
  const model = args.nonEmpty("model") ?? defaultModel;
  if (model !== defaultModel && (captions === undefined || reference === undefined))
    throw new UsageError(
      `Only ${defaultModel} brings held-out images along: for ${model} give --captions and --reference.`,
    );
  const own = (file: string) => `${defaultModel}/evaluation/${file}`;
  return {
    captions: await readCaptions(captions ?? packageFile(own("captions.json"))),
    captionsName: captions ?? own("captions.json"),
    reference: reference ?? packageFile(own("held-out.npz")),
    referenceName: reference ?? own("held-out.npz"),
  };
}

function packageFile(specifier: string): string {
  return createRequire(import.meta.url).resolve(specifier);
}
