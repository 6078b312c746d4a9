import type { GeneratedImage } from "./sampling-loop.ts";

/**
 * The best images by their scores, the best first; all of them, in order, if there are no scores.
 *
 * @see Nichol et al. 2021, section 5: CLIP's scores favour images that CLIP guided
 */
export function bestFirst(
  images: readonly GeneratedImage[],
  scores: readonly number[] | undefined,
  keep = images.length,
): GeneratedImage[] {
  if (!scores) return [...images];
  const scored = images.map((image, k) => ({ ...image, clipScore: scores[k] ?? 0 }));
  return scored.sort((a, b) => b.clipScore - a.clipScore).slice(0, keep);
}
