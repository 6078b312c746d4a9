import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { type RowShape, shapesOfRows } from "./feature-rows.ts";
import { neighbourRadii, squaredDistance } from "./nearest-neighbours.ts";
import { pace } from "./pace.ts";

export interface ManifoldOptions {
  /** k of precision and recall. Default 3, as in the paper and in guided-diffusion's evaluator. */
  readonly neighbours?: number;
  /** k of density and coverage. Default 5, as in their paper. */
  readonly densityNeighbours?: number;
  readonly signal?: AbortSignal;
}

/** How two sets of images lie in each other, as manifolds of balls around their features. */
export interface ManifoldMetrics {
  /** Share of the samples inside the reference's manifold: quality. 0 to 1. */
  readonly precision: number;
  /** Share of the reference inside the samples' manifold: variety. 0 to 1. */
  readonly recall: number;
  /**
   * In how many of the reference's balls a sample lies, divided by k: precision that an outlier of
   * the reference cannot raise alone. From 0, about 1 for equal sets.
   */
  readonly density: number;
  /** Share of the reference's balls that hold a sample. 0 to 1. */
  readonly coverage: number;
}

/**
 * The squared radii of the balls around every row, to its k-th nearest neighbour in its own set.
 */
export interface ManifoldRadii {
  readonly manifold: Float64Array;
  readonly density: Float64Array;
}

/**
 * Improved precision and recall, density and coverage. A ball's radius is the distance to the k-th
 * nearest neighbour, the point itself not counted; distances are exact in float64. Takes N^2 D
 * operations and is heard to abort.
 *
 * @param reference `[N, D]`
 * @param samples `[M, D]`
 * @throws InvalidArgumentError where a set has not more rows than k, or features are not finite
 * @see Kynkäänniemi et al. 2019, arXiv 1904.06991, equations 1 and 2; Naeem et al. 2020, arXiv
 * 2002.09797, equations 3 and 4
 * @example `const { precision, recall } = await manifoldMetrics(reference, samples);`
 */
export async function manifoldMetrics(
  reference: Tensor,
  samples: Tensor,
  options: ManifoldOptions = {},
): Promise<ManifoldMetrics> {
  const ks = neighbourCounts(options);
  const shapes = shapesOfRows(reference, samples, Math.max(...ks) + 1);
  const [referenceRadii, sampleRadii] = [
    await radiiOf(reference, ks, options.signal),
    await radiiOf(samples, ks, options.signal),
  ];
  return countBalls(
    { reference, samples, referenceRadii, sampleRadii },
    shapes,
    ks,
    options.signal,
  );
}

interface Manifolds {
  readonly reference: Tensor;
  readonly samples: Tensor;
  readonly referenceRadii: ManifoldRadii;
  readonly sampleRadii: ManifoldRadii;
}

type NeighbourCounts = readonly [manifold: number, density: number];

function neighbourCounts({
  neighbours = 3,
  densityNeighbours = 5,
}: ManifoldOptions): NeighbourCounts {
  for (const [argument, value] of Object.entries({ neighbours, densityNeighbours })) {
    if (!(Number.isSafeInteger(value) && value > 0))
      throw new InvalidArgumentError({ argument, received: value, expected: "a positive integer" });
  }
  return [neighbours, densityNeighbours];
}

async function radiiOf(
  features: Tensor,
  ks: NeighbourCounts,
  signal: AbortSignal | undefined,
): Promise<ManifoldRadii> {
  const [manifold = new Float64Array(), density = new Float64Array()] = await neighbourRadii(
    features,
    ks,
    signal,
  );
  return { manifold, density };
}

/**
 * One pass over all pairs: each counts for all four metrics. The bounds are the papers': "at most"
 * for precision and recall, "less" for density and coverage.
 */
async function countBalls(
  { reference, samples, referenceRadii, sampleRadii }: Manifolds,
  [{ count: references, dimensions }, { count }]: readonly [RowShape, RowShape],
  [, densityNeighbours]: NeighbourCounts,
  signal: AbortSignal | undefined,
): Promise<ManifoldMetrics> {
  const [inReference, inSamples, covered] = [
    new Uint8Array(count),
    new Uint8Array(references),
    new Uint8Array(references),
  ];
  let balls = 0;
  const pause = pace(signal);
  for (let i = 0; i < references; i++) {
    const [radius, densityRadius] = [
      referenceRadii.manifold[i] as number,
      referenceRadii.density[i] as number,
    ];
    for (let j = 0; j < count; j++) {
      const distance = squaredDistance(reference.data, i, samples.data, j, dimensions);
      if (distance <= radius) inReference[j] = 1;
      if (distance <= (sampleRadii.manifold[j] as number)) inSamples[i] = 1;
      if (distance < densityRadius) {
        balls++;
        covered[i] = 1;
      }
    }
    await pause();
  }
  return {
    precision: share(inReference),
    recall: share(inSamples),
    density: balls / (densityNeighbours * count),
    coverage: share(covered),
  };
}

function share(marks: Uint8Array): number {
  return marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
}
