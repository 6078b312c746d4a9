import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng, type RgbImage } from "@glissade/core";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import { onTestFinished } from "vitest";

/** GLIDE's network as small as it gets: 8 x 8 pixels in patches of 2, one level of 32 channels. */
export const tinyNetwork = {
  image_size: 8,
  patch_size: 2,
  num_channels: 32,
  num_res_blocks: 1,
  channel_mult: [1],
  attention_resolutions: [4],
  num_head_channels: 16,
  text_ctx: 8,
  xf_width: 32,
  xf_layers: 1,
  xf_heads: 2,
  xf_final_ln: true,
  xf_padding: true,
  use_scale_shift_norm: true,
  resblock_updown: true,
};

/**
 * A folder with eight captioned images, a recipe of a tiny network and a tokenizer of single
 * bytes; removed after the test.
 */
export async function tinyTraining(side = 8): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "glissade-train-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const images = join(folder, "images");
  await mkdir(images);
  for (const [index, caption] of ["red", "green", "blue", "black", "white", "yellow", "pink", "grey"].entries()) {
    await writeFile(join(images, `${caption}.png`), encodePng(plain(side, index)));
    await writeFile(join(images, `${caption}.txt`), caption);
  }
  const recipe = { network: tinyNetwork, batchSize: 4, partSize: 2, warmUp: 2, averages: [0.9], diffusion: { steps: 100 } };
  await writeFile(join(folder, "recipe.json"), JSON.stringify(recipe));
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(await byteTokenizer()));
  return folder;
}

function plain(side: number, index: number): RgbImage {
  const color = [index & 1, index & 2, index & 4].map((bit) => (bit ? 230 : 20));
  return { width: side, height: side, data: Uint8Array.from({ length: side * side * 3 }, (_, i) => color[i % 3] ?? 0) };
}

/** GPT-2's first tokens, the 256 bytes, without merges. */
async function byteTokenizer(): Promise<object> {
  const whole = await loadGpt2Vocabulary();
  const vocab = Object.fromEntries([...Object.entries(whole.model.vocab).filter(([, id]) => id < 256), ["<|endoftext|>", 256]]);
  return { ...whole, added_tokens: whole.added_tokens.map((token) => ({ ...token, id: 256 })), model: { ...whole.model, vocab, merges: [] } };
}
