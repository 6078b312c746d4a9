import { InvalidArgumentError, type Tensor, weightedSum } from "@glissade/graph";
import { stageOf } from "../../model/description/read.ts";
import { assertSeed, perImageNoise } from "../../random/index.ts";
import { resolveSampling, type SamplingOptions } from "../options/sampling.ts";
import { type GenerateResult, type PipelineParts, pureNoise, runCascade } from "../run/cascade.ts";
import { type GeneratedImage, type GenerateStep, renumbered } from "../run/sampling-loop.ts";

/** One end of the way. */
export interface InterpolationEnd {
  readonly prompt: string;
  readonly seed: number;
}

export interface InterpolateOptions
  extends Omit<SamplingOptions, "prompt" | "seed" | "seedMode" | "keepBest"> {
  readonly from: InterpolationEnd;
  readonly to: InterpolationEnd;
  /** Pictures of the way, both ends among them, 2 to 256. Default 5. */
  readonly count?: number;
}

export interface InterpolateResult {
  readonly images: readonly GeneratedImage[];
  readonly warnings: GenerateResult["warnings"];
}

/**
 * Pictures between two: the starting noise on the arc between both ends' noises (Song et al. 2021,
 * arXiv 2010.02502, section 5.3), and a mixture of both prompts.
 */
export async function* interpolate(
  parts: PipelineParts,
  options: InterpolateOptions,
): AsyncGenerator<GenerateStep, InterpolateResult, void> {
  const { from, to, count = 5, ...sampling } = options;
  const stage = stageOf(parts.model, "base");
  for (const end of [from, to]) {
    if (typeof end !== "object" || end === null)
      throw new InvalidArgumentError({
        argument: "from",
        received: end,
        expected: "both ends, { prompt, seed }",
      });
    assertSeed(end.seed);
  }
  if (!(Number.isInteger(count) && count >= 2 && count <= 256))
    throw new InvalidArgumentError({
      argument: "count",
      received: count,
      expected: "an integer from 2 to 256",
    });
  const results: GenerateResult[] = [];
  for (let k = 0; k < count; k++) {
    const share = k / (count - 1);
    const prompt = from.prompt === to.prompt ? from.prompt : [{ prompt: from.prompt, weight: 1 - share }, { prompt: to.prompt, weight: share }]; // biome-ignore format: one line
    const resolved = resolveSampling(
      { ...sampling, prompt, count: 1, seed: from.seed },
      parts.model,
      stage,
    );
    const run = runCascade(parts, {
      stage,
      resolved,
      begin(process, noise) {
        const [first, last] = [
          pureNoise(stage, 1, noise),
          pureNoise(stage, 1, perImageNoise([to.seed])),
        ];
        return { x: onArc(first, last, share), steps: process.numTimesteps };
      },
      signal: options.signal,
    });
    for (;;) {
      const next = await run.next();
      if (next.done) {
        results.push(next.value);
        break;
      }
      const { step, steps } = next.value;
      yield renumbered(next.value, k * steps + step, count * steps);
    }
  }
  return { images: results.flatMap(({ images }) => images), warnings: results[0]?.warnings ?? [] };
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
