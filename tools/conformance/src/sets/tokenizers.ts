import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnyTensor } from "@glissade/core";
import {
  type ClipTokenizer,
  cleanText,
  clipTokenizer,
  type GlideTokenizer,
  glideTokenizer,
} from "@glissade/core/text";
import { loadClipVocabulary } from "@glissade/vocabularies/clip";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import { type CaseContext, NotSupported } from "../case.ts";

interface GoldenString {
  readonly i: number;
  readonly text: string;
  readonly glide_tokens: readonly number[];
  readonly glide_mask_true: number;
  readonly glide_decoded: string;
  readonly clip_cleaned: string;
  readonly clip_tokens: readonly number[];
  readonly clip_len: number;
  readonly clip_decoded: string;
}

/** f_tokenizers: GLIDE's and CLIP's token ids of many strings, always from the raw text. */
export default async function tokenizers(context: CaseContext): Promise<void> {
  const { case: golden, directory } = context;
  const file = golden.extra_files?.find((name) => name.endsWith(".json")) ?? "strings.json";
  const strings = JSON.parse(await readFile(join(directory, file), "utf8")) as GoldenString[];
  const glide = glideTokenizer(await loadGpt2Vocabulary());
  const clip = clipTokenizer(await loadClipVocabulary());
  if (golden.name.startsWith("strings")) checkStrings(context, strings, glide, clip);
  else if (golden.name.startsWith("padded")) checkRows(context, strings, glide, clip);
  else throw new NotSupported(`no case of this kind: ${golden.name}`);
}

function checkStrings(
  { check }: CaseContext,
  strings: readonly GoldenString[],
  glide: GlideTokenizer,
  clip: ClipTokenizer,
): void {
  for (const golden of strings) {
    const { i, text } = golden;
    check.equal(`string ${i}: GLIDE's tokens`, glide.encode(text), golden.glide_tokens);
    check.equal(
      `string ${i}: GLIDE's tokens as text`,
      glide.decode(golden.glide_tokens),
      golden.glide_decoded,
    );
    check.equal(
      `string ${i}: tokens within GLIDE's context`,
      glide.paddedTokensAndMask(text).mask.filter(Boolean).length,
      golden.glide_mask_true,
    );
    check.equal(`string ${i}: cleaned for CLIP`, cleanText(text), golden.clip_cleaned);
    check.equal(`string ${i}: CLIP's tokens`, clip.encode(text), golden.clip_tokens);
    check.equal(
      `string ${i}: CLIP's tokens as text`,
      clip.decode(golden.clip_tokens),
      golden.clip_decoded,
    );
    check.equal(
      `string ${i}: length of CLIP's row`,
      clip.paddedTokensAndLength(text).length,
      golden.clip_len,
    );
  }
}

function checkRows(
  { check, tensors }: CaseContext,
  strings: readonly GoldenString[],
  glide: GlideTokenizer,
  clip: ClipTokenizer,
): void {
  const { rows: glideTokens, length: glideContext } = rowsOf(tensors, "glide_tokens");
  const { rows: glideMask } = rowsOf(tensors, "glide_mask");
  const { rows: clipTokens, length: clipContext } = rowsOf(tensors, "clip_tokens");
  const { rows: clipLengths } = rowsOf(tensors, "clip_len");
  strings.forEach(({ i, text }, row) => {
    const glideRow = glide.paddedTokensAndMask(text, glideContext);
    check.close(`string ${i}: GLIDE's row`, glideRow.tokens, glideTokens(row));
    check.close(`string ${i}: GLIDE's mask`, glideRow.mask.map(Number), glideMask(row));
    const clipRow = clip.paddedTokensAndLength(text, clipContext);
    check.close(`string ${i}: CLIP's row`, clipRow.tokens, clipTokens(row));
    check.close(`string ${i}: length of CLIP's row`, [clipRow.length], clipLengths(row));
  });
}

function rowsOf(
  tensors: ReadonlyMap<string, AnyTensor>,
  name: string,
): { rows: (row: number) => ArrayLike<number | bigint>; length: number } {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`the case has no tensor ${name}`);
  const length = tensor.dims[1] ?? 1;
  return { rows: (row) => tensor.data.subarray(row * length, (row + 1) * length), length };
}
