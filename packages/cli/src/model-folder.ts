import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { BetaScheduleName } from "@glissade/core/diffusion";
import { assertPlaceWritable, fillFolderAtomically } from "@glissade/core/files";
import { descriptionFiles, modelComponents, modelPaths } from "@glissade/core/model";
import { convertWeights, type WeightType } from "@glissade/core/weights";
import { byteLength, type WeightSource } from "@glissade/graph";
import type { DescribedNetwork } from "./checkpoint-networks.ts";
import { OutputError } from "./errors.ts";
import type { NetworkWeights } from "./recognise-checkpoint.ts";
import { version } from "./version.ts";

/** A network that is ready to be written: everything about it has been checked. */
export interface CheckedNetwork {
  readonly file: string;
  readonly described: DescribedNetwork;
  /** Its arguments as the model says them. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly source: WeightSource;
  readonly weights: NetworkWeights;
  readonly betaSchedule: BetaScheduleName;
  readonly trainingSteps: number;
}

export interface ModelFolderContents {
  readonly networks: readonly CheckedNetwork[];
  /** The contents of `tokenizer.json`, by the tokenizer's folder. */
  readonly tokenizers: Readonly<Record<string, unknown>>;
  readonly generation: Readonly<Record<string, unknown>>;
  /** The same for the upsampler, where there is one. */
  readonly upscaling?: Readonly<Record<string, unknown>>;
  readonly dtype: WeightType | undefined;
}

export interface WriteModelOptions {
  readonly onProgress: (writtenBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes a model folder, laid out as diffusers does. It appears when it is complete, or not at all.
 *
 * @throws OutputFileError or WeightsError where it cannot be written; the signal's reason where aborted
 */
export async function writeModelFolder(
  out: string,
  contents: ModelFolderContents,
  { onProgress, signal }: WriteModelOptions,
): Promise<void> {
  const sizes = contents.networks.map((network) => storedBytes(network, contents.dtype));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  await fillFolderAtomically(resolve(out), async (folder) => {
    let finishedBytes = 0;
    for (const [i, network] of contents.networks.entries()) {
      await writeWeights(folder, network, contents.dtype, {
        signal,
        onProgress: (bytes) => onProgress(finishedBytes + bytes, totalBytes),
      });
      finishedBytes += sizes[i] as number; // one size a network
    }
    for (const [path, text] of descriptionOf(contents)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    signal.throwIfAborted();
  });
}

function descriptionOf(contents: ModelFolderContents): ReadonlyMap<string, string> {
  const { networks, tokenizers, generation, upscaling } = contents;
  return descriptionFiles({
    components: networks.map(({ described, json, betaSchedule, trainingSteps }) => {
      const { component, learnsVariance } = described;
      const { tokenizer } = modelComponents[component];
      return {
        name: component,
        config: json,
        tokenizer: tokenizer && tokenizers[tokenizer],
        ...(learnsVariance !== undefined && {
          scheduler: {
            steps: trainingSteps,
            schedule: betaSchedule,
            meanType: "epsilon",
            varianceType: learnsVariance ? "learned-range" : "fixed-large",
            clipDenoised: true,
          },
        }),
      };
    }),
    defaults: { generation, upscaling },
    version,
  });
}

/** Whether the networks make a model of guided-diffusion, not of GLIDE. */
export function isAdm(networks: readonly Pick<CheckedNetwork, "described">[]): boolean {
  return networks.some(({ described }) => described.kind === "adm");
}

/**
 * Refuses to write where nothing can be written, or something lies already: any file, and any
 * folder that is not empty, unless `force` is set and it is a model's.
 *
 * @throws OutputError
 */
export async function assertReplaceable(out: string, force: boolean): Promise<void> {
  await assertPlaceWritable(resolve(out));
  const found = await stat(out).catch(() => undefined);
  if (!found) return;
  if (!found.isDirectory())
    throw new OutputError(`${out} is a file; a model is a folder. Choose another --out.`);
  const entries = await readdir(out);
  if (entries.length === 0) return;
  if (!entries.includes(modelPaths.index))
    throw new OutputError(`${out} is a folder with other things in it. Choose another --out.`);
  if (!force)
    throw new OutputError(
      `${out} holds a model already. Choose another --out, or replace it with --force.`,
    );
}

async function writeWeights(
  folder: string,
  { described, source, weights }: CheckedNetwork,
  dtype: WeightType | undefined,
  { onProgress, signal }: { onProgress: (bytes: number) => void; signal: AbortSignal },
): Promise<void> {
  const names = new Map([...weights].map(([name, original]) => [original, name]));
  const path = join(folder, modelPaths.weights(described.folder));
  await mkdir(dirname(path), { recursive: true });
  await convertWeights({
    from: source,
    to: path,
    rename: (original) => names.get(original),
    metadata: { format: "pt" },
    ...(dtype && { dtype }),
    onProgress: ({ writtenBytes }) => onProgress(writtenBytes),
    signal,
  });
}

function storedBytes({ source, weights }: CheckedNetwork, dtype: WeightType | undefined): number {
  return [...weights.values()].reduce((sum, name) => {
    const found = source.describe(name);
    return sum + (found ? byteLength({ dtype: dtype ?? found.dtype, dims: found.dims }) : 0);
  }, 0);
}
