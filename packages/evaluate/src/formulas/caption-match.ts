import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { shapesOfRows } from "./feature-rows.ts";
import { choose, seededIndices } from "./seeded-choice.ts";

/**
 * The mean cosine between images and their captions, times CLIP's logit scale (100 for OpenAI's).
 * Images that CLIP guidance made have learned to please CLIP: never rank them by this number.
 *
 * @param images `[N, E]`, CLIP's embeddings of length 1
 * @param texts `[N, E]`, those of the captions, row i belonging to image i
 * @throws InvalidArgumentError where the embeddings are not finite or their shapes differ
 * @see Nichol et al. 2021, arXiv 2112.10741, section 5 and figure 6
 */
export function clipScore(
  images: Tensor,
  texts: Tensor,
  { logitScale = 100 }: { readonly logitScale?: number } = {},
): number {
  const { count, dimensions } = pairedShape(images, texts);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += cosine(images, i, texts, i, dimensions);
  return (logitScale * sum) / count;
}

export interface RPrecisionOptions {
  /** Wrong captions beside each right one. Default 99, or as many different ones as there are. */
  readonly distractors?: number;
  /** Of their draw. Default 0. */
  readonly seed?: number;
}

/** How often CLIP finds an image's own caption. */
export interface RPrecision {
  /** 0 to 1; a tie of n captions counts 1/n. */
  readonly precision: number;
  readonly distractors: number;
  /** What guessing gives. */
  readonly chance: number;
}

/**
 * How often an image's own caption is the nearest of all that are offered: its own and wrong ones
 * drawn from the other images', none of which reads the same.
 *
 * @param images `[N, E]`, CLIP's embeddings of length 1
 * @param texts `[N, E]`, those of the captions
 * @param captions the N texts, to tell equal ones apart
 * @throws InvalidArgumentError where the shapes do not fit, or all captions are equal
 * @see Xu et al. 2018 (AttnGAN), arXiv 1711.10485, section 4; Park et al. 2021, Benchmark for
 * compositional text-to-image synthesis, on CLIP in place of DAMSM
 */
export function rPrecision(
  images: Tensor,
  texts: Tensor,
  captions: readonly string[],
  { distractors = 99, seed = 0 }: RPrecisionOptions = {},
): RPrecision {
  const { count, dimensions } = pairedShape(images, texts);
  if (captions.length !== count)
    throw new InvalidArgumentError({
      argument: "captions",
      received: `${captions.length} captions`,
      expected: `${count}, one for each image`,
    });
  if (!(Number.isSafeInteger(distractors) && distractors > 0))
    throw new InvalidArgumentError({
      argument: "distractors",
      received: distractors,
      expected: "a positive integer",
    });
  const firstOf = new Map<string, number>();
  captions.forEach((caption, i) => {
    if (!firstOf.has(caption)) firstOf.set(caption, i);
  });
  if (firstOf.size < 2)
    throw new InvalidArgumentError({
      argument: "captions",
      received: "equal ones",
      expected: "at least two different captions",
    });
  const used = Math.min(distractors, firstOf.size - 1);
  const index = seededIndices(seed);
  let found = 0;
  for (let i = 0; i < count; i++) {
    const others = [...firstOf].flatMap(([caption, row]) => (caption === captions[i] ? [] : [row]));
    const own = cosine(images, i, texts, i, dimensions);
    const offered = [...choose(others.length, used, index)].map((k) =>
      cosine(images, i, texts, others[k] as number, dimensions),
    );
    if (offered.every((other) => other <= own))
      found += 1 / (1 + offered.filter((other) => other === own).length);
  }
  return { precision: found / count, distractors: used, chance: 1 / (used + 1) };
}

function pairedShape(images: Tensor, texts: Tensor) {
  const [shape, { count }] = shapesOfRows(images, texts);
  if (count !== shape.count)
    throw new InvalidArgumentError({
      argument: "texts",
      received: `${count} rows`,
      expected: `${shape.count}, one for each image`,
    });
  return shape;
}

/** The product of two rows of length 1. */
function cosine(a: Tensor, i: number, b: Tensor, j: number, dimensions: number): number {
  let sum = 0;
  for (let k = 0; k < dimensions; k++)
    sum += (a.data[i * dimensions + k] as number) * (b.data[j * dimensions + k] as number);
  return sum;
}
