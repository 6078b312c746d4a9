import { InvalidArgumentError, type Tensor, weightedSum } from "@glissade/graph";
import { stageOf } from "../../model/description/read.ts";
import { assertSeed, perImageNoise } from "../../random/index.ts";
import { type SamplingOptions, type Settled, settle } from "../options/sampling.ts";
import {
  cascade,
  type GenerateResult,
  type PipelineParts,
  pureNoise,
  stepsOf,
} from "../run/cascade.ts";
import {
  counted,
  type GeneratedImage,
  type GenerateStep,
  type NetworkStep,
} from "../run/sampling-loop.ts";

/** One endpoint of the interpolation. */
export interface InterpolationEnd {
  readonly prompt: string;
  readonly seed: number;
}

export interface InterpolateOptions
  extends Omit<SamplingOptions, "prompt" | "seed" | "seedMode" | "keepBest"> {
  readonly from: InterpolationEnd;
  readonly to: InterpolationEnd;
  /** Number of images, both endpoints included, 2 to 256. Default 5. */
  readonly count?: number;
}

export interface InterpolateResult {
  readonly images: readonly GeneratedImage[];
  readonly warnings: GenerateResult["warnings"];
}

/**
 * Images between two: the starting noise on the arc between both ends' noises (Song et al. 2021,
 * arXiv 2010.02502, section 5.3), and a mixture of both prompts.
 */
export async function* interpolate(
  parts: PipelineParts,
  options: InterpolateOptions,
): AsyncGenerator<GenerateStep, InterpolateResult, void> {
  const { from, to, count = 5, ...sampling } = options;
  const network = stageOf(parts.model, "base");
  for (const end of [from, to]) {
    if (typeof end !== "object" || end === null)
      throw new InvalidArgumentError({
        argument: "from",
        received: end,
        expected: "both endpoints, { prompt, seed }",
      });
    assertSeed(end.seed);
  }
  if (!(Number.isInteger(count) && count >= 2 && count <= 256))
    throw new InvalidArgumentError({
      argument: "count",
      received: count,
      expected: "an integer from 2 to 256",
    });
  const points = Array.from({ length: count }, (_, k) => {
    const share = k / (count - 1);
    const prompt = promptAt(share, from.prompt, to.prompt);
    const asked = { ...sampling, prompt, count: 1, seed: from.seed };
    return { share, settled: settle(asked, parts.model, network) };
  });
  const steps = points.reduce((sum, { settled }) => sum + stepsOf(settled), 0);
  return yield* counted(sampled(parts, points, to.seed), steps);
}

/** One image of the interpolation: 0 is `from`, 1 is `to`. */
interface Point {
  readonly share: number;
  readonly settled: Settled;
}

async function* sampled(
  parts: PipelineParts,
  points: readonly Point[],
  lastSeed: number,
): AsyncGenerator<NetworkStep, InterpolateResult, void> {
  const results: GenerateResult[] = [];
  for (const { share, settled } of points) {
    const first = pureNoise(settled);
    const last = pureNoise({ ...settled, noise: perImageNoise([lastSeed]) });
    results.push(yield* cascade(parts, settled, { x: onArc(first, last, share) }));
  }
  return { images: results.flatMap(({ images }) => images), warnings: results[0]?.warnings ?? [] };
}

function promptAt(share: number, from: string, to: string): SamplingOptions["prompt"] {
  if (from === to) return from;
  return [
    { prompt: from, weight: 1 - share },
    { prompt: to, weight: share },
  ];
}

/** Spherical interpolation: unlike a straight line it keeps the noise's deviation. */
function onArc(a: Tensor, b: Tensor, share: number): Tensor {
  const product = (u: Tensor, v: Tensor) =>
    u.data.reduce((sum, value, i) => sum + value * (v.data[i] as number), 0);
  const angle = Math.acos(
    Math.min(1, Math.max(-1, product(a, b) / Math.sqrt(product(a, a) * product(b, b)))),
  );
  if (angle < 1e-6) return a;
  return weightedSum(
    [Math.sin((1 - share) * angle) / Math.sin(angle), a],
    [Math.sin(share * angle) / Math.sin(angle), b],
  );
}
