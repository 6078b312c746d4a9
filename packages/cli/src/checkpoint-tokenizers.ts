import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { clipTokenizer, glideTokenizer } from "@glissade/core/text";
import { loadClipVocabulary } from "@glissade/vocabularies/clip";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import { CheckpointError, inFile } from "./errors.ts";
import type { CheckedNetwork } from "./model-folder.ts";
import { readJsonFile } from "./read-json-file.ts";

const gpt2Size = 50_257;

/**
 * The tokenizers that networks were trained with: those asked for, lying beside a checkpoint, or of
 * as many tokens as the published ones have.
 *
 * @param asked the file of GLIDE's tokenizer, or "gpt2"
 * @returns the contents of `tokenizer.json`, by the tokenizer's folder
 * @throws CheckpointError where there is none with the network's number of tokens
 */
export async function readTokenizers(
  networks: readonly CheckedNetwork[],
  asked: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const readers = (tokenizer: string) =>
    networks.filter(({ described }) => described.vocabulary?.tokenizer === tokenizer);
  return {
    ...(readers("tokenizer").length > 0 && {
      tokenizer: await readTokenizer(readers("tokenizer"), asked),
    }),
    ...(readers("clip_tokenizer").length > 0 && {
      clip_tokenizer: await readClipTokenizer(readers("clip_tokenizer")),
    }),
  };
}

async function readTokenizer(
  networks: readonly CheckedNetwork[],
  asked: string | undefined,
): Promise<unknown> {
  const beside = networks.map(({ file }) => join(dirname(file), "tokenizer.json"));
  const path = asked === "gpt2" ? undefined : (asked ?? (await firstFile(beside)));
  const sizes = networks.flatMap(({ described }) => described.vocabulary?.size ?? []);
  if (path === undefined && asked === undefined && !sizes.every((size) => size === gpt2Size)) {
    throw new CheckpointError(
      `The network was trained with ${sizes.join(", ")} tokens of its own: give them with --tokenizer FILE.`,
    );
  }
  const json = path === undefined ? await loadGpt2Vocabulary() : await readJsonFile(path);
  const { vocabularySize } = inFile(path ?? "GPT-2's tokenizer", () => glideTokenizer(json));
  const other = sizes.find((size) => size !== vocabularySize);
  if (other !== undefined)
    throw new CheckpointError(
      `${path ?? "GPT-2's tokenizer"} has ${vocabularySize} tokens, and the network was trained with ${other}.`,
    );
  return json;
}

/** `clip_tokenizer.json` beside the checkpoint, or OpenAI's own. */
async function readClipTokenizer(networks: readonly CheckedNetwork[]): Promise<unknown> {
  const size = networks[0]?.described.vocabulary?.size;
  const path = await firstFile(
    networks.map(({ file }) => join(dirname(file), "clip_tokenizer.json")),
  );
  if (path === undefined && size !== 49_408 && size !== 65_536)
    throw new CheckpointError(
      `The CLIP was trained with ${size} tokens of its own: put its clip_tokenizer.json beside the checkpoint.`,
    );
  const json =
    path === undefined
      ? await loadClipVocabulary({ vocabularySize: size === 49_408 ? 49_408 : 65_536 })
      : await readJsonFile(path);
  const { vocabularySize } = inFile(path ?? "CLIP's tokenizer", () => clipTokenizer(json));
  if (vocabularySize !== size)
    throw new CheckpointError(
      `${path} has ${vocabularySize} tokens, and the CLIP was trained with ${size}.`,
    );
  return json;
}

/** The first of the paths where a file lies. */
export async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  return undefined;
}
