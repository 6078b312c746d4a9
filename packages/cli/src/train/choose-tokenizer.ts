import { InvalidArgumentError } from "@glissade/core";
import { openModelFiles } from "@glissade/core/model";
import { type PresetName, type Recipe, stageByName } from "@glissade/train";
import { loadClipVocabulary } from "@glissade/vocabularies/clip";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import { defaultModel, modelSource } from "../model-source.ts";
import { readJsonFile } from "../read-json-file.ts";

/** Whose tokens a preset of a stage that reads GLIDE's captions has. */
const glideTokens: Readonly<Record<PresetName, string>> = { emoji: "emoji", glide: "gpt2" };

/**
 * A recipe's tokenizer: the one that is asked for, or its stage's default. Undefined for a stage
 * that reads no captions.
 */
export async function chooseTokenizer(
  asked: string | undefined,
  { stage, network }: Recipe,
  preset: PresetName,
): Promise<unknown> {
  const { tokenizer } = stageByName(stage);
  if (tokenizer === undefined) return undefined;
  switch (asked ?? (tokenizer === "clip" ? "clip" : glideTokens[preset])) {
    case "gpt2":
      return loadGpt2Vocabulary();
    case "clip":
      return clipTokens(network.n_vocab);
    case "emoji":
      return (await openModelFiles(modelSource(defaultModel))).readJson("tokenizer/tokenizer.json");
    default:
      return readJsonFile(asked ?? "");
  }
}

/** 256 bytes, as they are and at the end of a word, and the two marks. */
const withoutMerges = 2 * 256 + 2;

/**
 * CLIP's tokens, cut to a smaller vocabulary: its merges are ordered by how often they were needed,
 * so the first ones are the most useful.
 */
async function clipTokens(size: unknown): Promise<unknown> {
  const whole = await loadClipVocabulary({ vocabularySize: 65_536 });
  if (size === undefined || size === 65_536) return whole;
  if (
    !(typeof size === "number" && Number.isInteger(size) && size >= withoutMerges && size < 65_536)
  )
    throw new InvalidArgumentError({
      argument: "recipe.network.n_vocab",
      received: size,
      expected: `a whole number from ${withoutMerges} to 65536`,
    });
  const { model, added_tokens: marks = [] } = whole;
  const kept = size - marks.length;
  return {
    ...whole,
    added_tokens: marks.map((mark, index) => ({ ...mark, id: kept + index })),
    model: {
      ...model,
      vocab: Object.fromEntries([
        ...Object.entries(model.vocab).filter(([, id]) => id < kept),
        ...marks.map(({ content }, index) => [content, kept + index] as const),
      ]),
      merges: model.merges.slice(0, size - withoutMerges),
    },
  };
}
