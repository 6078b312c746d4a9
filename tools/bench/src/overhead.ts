import { type Backend, loadGlide, type SamplerName, samplers } from "@glissade/core";
import { median } from "./statistics.ts";
import { type NetworkClock, timedBackend } from "./timed-backend.ts";

export interface Overhead {
  readonly sampler: string;
  readonly stepMilliseconds: number;
  /** Guidance, sampler, noise and copies: the part of a step that is not the network, 0 to 1. */
  readonly share: number;
}

/** Uncounted rounds: the engine compiles a loop only after it has run for a while. */
const warmUpRounds = 3;

/**
 * What a step spends outside the network, with every sampler, on the embedded model: the smallest
 * network, so the largest share.
 */
export async function measureOverhead(
  backend: Backend,
  { rounds, steps }: { rounds: number; steps: number },
): Promise<Overhead[]> {
  const clock: NetworkClock = { milliseconds: 0, runs: 0 };
  const glide = await loadGlide("@glissade/model-emoji", { backend: timedBackend(backend, clock) });
  const results: Overhead[] = [];
  for (const sampler of Object.keys(samplers) as SamplerName[]) {
    const shares: number[] = [];
    const stepTimes: number[] = [];
    for (let round = -warmUpRounds; round < rounds; round++) {
      const run = glide.generate({
        prompt: "a red apple",
        seed: round + warmUpRounds,
        steps,
        sampler,
        guidance: 3,
      });
      let start = performance.now();
      clock.milliseconds = 0;
      for await (const { step } of run) {
        if (round >= 0 && step > 1) {
          // The first step also holds the start of the run: text, first noise.
          const total = performance.now() - start;
          stepTimes.push(total);
          shares.push(1 - clock.milliseconds / total);
        }
        clock.milliseconds = 0;
        start = performance.now();
      }
    }
    results.push({ sampler, stepMilliseconds: median(stepTimes), share: median(shares) });
  }
  await glide.dispose();
  return results;
}
