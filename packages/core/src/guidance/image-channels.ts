import { InvalidArgumentError, sizeOf, type Tensor } from "@glissade/graph";

/**
 * For every row of an output `[B, C or 2C, ...]` the range of elements that are its image channels.
 * The further channels are the network's variance, which no rule guides.
 *
 * @throws InvalidArgumentError if there are fewer channels
 */
export function imageParts(
  { dims }: Pick<Tensor, "dims">,
  imageChannels: number,
): (readonly [start: number, end: number])[] {
  const [batch = 0, channels = 0, ...space] = dims;
  if (channels < imageChannels)
    throw new InvalidArgumentError({
      argument: "conditional",
      received: dims,
      expected: `at least ${imageChannels} channels: [B, C, ...]`,
    });
  return Array.from({ length: batch }, (_, row) => {
    const start = row * channels * sizeOf(space);
    return [start, start + imageChannels * sizeOf(space)] as const;
  });
}

/** The sum of products of two ranges of equal length. */
export function innerProduct(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/** @throws InvalidArgumentError for a branch that was planned and is missing */
export function assertBranch(
  name: "unconditional" | "weaker",
  branch: Tensor | undefined,
  progress: number,
): Tensor {
  if (branch) return branch;
  throw new InvalidArgumentError({
    argument: name,
    received: branch,
    expected: `the ${name === "weaker" ? "weaker network's" : "second"} evaluation, planned at progress ${progress}`,
  });
}
