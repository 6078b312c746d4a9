import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { TokenizerFile } from "@glissade/core/text";
import { glideTokenizer } from "@glissade/core/text";
import { openSafetensors, writeSafetensors } from "@glissade/core/weights";
import { readAllTensors, tensor, toFloat32, weightsFromTensors } from "@glissade/graph";

/**
 * A base network that reads with another tokenizer: every token of the new one begins where the old
 * tokens of its text were, on average. What the network knows of words is carried over.
 *
 *     node --conditions=glissade-source --import tsx src/carry-over-tokens.ts --model DIR \
 *       --tokenizer FILE --out DIR
 */
const { values } = parseArgs({
  options: { model: { type: "string" }, tokenizer: { type: "string" }, out: { type: "string" } },
});
const { model, tokenizer, out } = values;
if (!model || !tokenizer || !out) throw new Error("Needs --model DIR --tokenizer FILE --out DIR.");

const before = await readJson<TokenizerFile>(join(model, "tokenizer", "tokenizer.json"));
const after = await readJson<TokenizerFile>(tokenizer);
const source = await openSafetensors(join(model, "base", "model.safetensors"));
const weights = Object.fromEntries(await readAllTensors(source));
await source.dispose();

const embedding = weights["token_embedding.weight"];
if (!embedding) throw new Error(`${model} has no token_embedding.weight.`);
const [, width = 0] = embedding.dims;
const rows = toFloat32(embedding);
const reader = glideTokenizer(before);
const texts = Object.entries(after.model.vocab);
const size = texts.length + (after.added_tokens?.length ?? 0);
const carried = new Float32Array(size * width);
for (const [text, id] of texts) addMean(id, idsOf(text));
const [mark] = before.added_tokens ?? [];
for (const added of after.added_tokens ?? []) addMean(added.id, [mark?.id ?? 0]);

await mkdir(join(out, "base"), { recursive: true });
await mkdir(join(out, "tokenizer"), { recursive: true });
await writeSafetensors(
  join(out, "base", "model.safetensors"),
  weightsFromTensors({ ...weights, "token_embedding.weight": tensor([size, width], carried) }),
);
const config = await readJson<Record<string, unknown>>(join(model, "base", "config.json"));
await writeJson(join(out, "base", "config.json"), { ...config, n_vocab: size });
await cp(tokenizer, join(out, "tokenizer", "tokenizer.json"));
await cp(join(model, "scheduler"), join(out, "scheduler"), { recursive: true });
const index = await readJson<Record<string, unknown>>(join(model, "model_index.json"));
const kept = ["_class_name", "base", "scheduler", "tokenizer", "generation"];
await writeJson(
  join(out, "model_index.json"),
  Object.fromEntries(Object.entries(index).filter(([name]) => kept.includes(name))),
);

/** The old tokens of a new token's text. A byte of its own, which no text has, keeps its token. */
function idsOf(text: string): readonly number[] {
  const same = before.model.vocab[text];
  if (same !== undefined) return [same];
  return reader.encode(text.replaceAll("Ġ", " ")).map(Number);
}

function addMean(id: number, from: readonly number[]): void {
  for (const row of from)
    for (let i = 0; i < width; i++)
      carried[id * width + i] =
        (carried[id * width + i] as number) + (rows[row * width + i] as number) / from.length;
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8")) as T;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
