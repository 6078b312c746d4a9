/**
 * How a batch is cut: the largest part of at most `most` examples that divides the batch and leaves
 * every worker one, where there is such a part.
 *
 * @example `partSizeFor({ batchSize: 32, workers: 8, most: 16 })` is 4
 */
export function partSizeFor({
  batchSize,
  workers,
  most,
}: {
  readonly batchSize: number;
  readonly workers: number;
  readonly most: number;
}): number {
  const largest = Math.max(1, Math.min(most, Math.floor(batchSize / workers)));
  for (let part = largest; part > 1; part--) if (batchSize % part === 0) return part;
  return 1;
}
