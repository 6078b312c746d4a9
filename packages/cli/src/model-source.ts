import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  type Backend,
  InvalidArgumentError,
  ModelFormatError,
  type ModelSource,
  UnknownNameError,
} from "@glissade/core";
import { openModelFiles } from "@glissade/core/model";
import { emoji } from "@glissade/model-emoji";

export const defaultModel = "@glissade/model-emoji";

/**
 * Where a model named on the command line lies. The default one is found from here, wherever the
 * program is run.
 */
export function modelSource(name: string): ModelSource {
  return name === defaultModel ? emoji : name;
}

export interface LoadOptions {
  readonly backend: Backend;
  readonly signal: AbortSignal;
}

/**
 * Loads the model named on the command line.
 *
 * @param load `loadGlide`, or the function of another pipeline
 * @throws as `load`, but where a model's own files hold a value out of range this is the model's
 * fault: a ModelFormatError
 */
export async function loadModel<Model>(
  load: (source: ModelSource, options: LoadOptions) => Promise<Model>,
  name: string,
  options: LoadOptions,
): Promise<Model> {
  try {
    return await load(modelSource(name), options);
  } catch (error) {
    const isValueInside =
      (InvalidArgumentError.isInstance(error) && error.argument !== "source") ||
      UnknownNameError.isInstance(error);
    if (isValueInside)
      throw new ModelFormatError({
        model: name,
        problem: `holds a value that cannot be used: ${error.message}`,
        cause: error,
      });
    throw error;
  }
}

/** SHA-256 of a network's weights, in hex; undefined where they are not a local file. */
export async function weightsDigest(name: string, network: string): Promise<string | undefined> {
  if (/^https?:/i.test(name)) return undefined; // it would be fetched once more
  const weights = await (await openModelFiles(modelSource(name))).openWeights(
    `${network}/model.safetensors`,
  );
  const [first] = weights.names;
  const path = first === undefined ? undefined : weights.locate(first)?.path;
  await weights.dispose();
  if (path === undefined) return undefined;
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(part);
  return hash.digest("hex");
}
