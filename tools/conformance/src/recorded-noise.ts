import type { Tensor } from "@glissade/core";
import { batchNoise, type NoiseSource, torchGenerator } from "@glissade/core/random";
import { concatRows, rows, weightedSum } from "@glissade/graph";
import type { CaseContext } from "./case.ts";
import { floatsNamed } from "./named-tensors.ts";

/** The recorded draws [steps, rows, ...] one after the other. */
export function recordedNoise(draws: Tensor): NoiseSource {
  let step = 0;
  const [, ...dims] = draws.dims;
  return () => ({ ...rows(draws, step, ++step), dims });
}

/**
 * Where the case has a seed, our generator draws the recorded noise: the start, then one draw a
 * step.
 */
export function checkNoise({ case: golden, tensors, check }: CaseContext, start: Tensor): void {
  const { seed } = golden.values ?? {};
  if (typeof seed !== "number") return;
  const generator = torchGenerator(seed);
  const tolerance = { rtol: 0, atol: 3e-6 }; // as in e_torch_rng
  check.close("start noise of the seed", generator.randn(start.dims).data, start.data, tolerance);
  const recorded = floatsNamed(tensors, "in.step_noise");
  const draws = Array.from({ length: recorded.dims[0] ?? 0 }, () => generator.randn(start.dims));
  check.close("step noise of the seed", concatRows(draws).data, recorded.data, tolerance);

  if (golden.values?.guidance_scale === undefined) return;
  // The pipeline's seed mode "batch" must keep the first half of the same draws.
  const half = batchNoise(seed, { rowsPerImage: 2 })([
    (start.dims[0] ?? 0) / 2,
    ...start.dims.slice(1),
  ]);
  check.close(
    "the first rows in batch mode",
    half.data,
    weightedSum([1, rows(start, 0, half.dims[0] ?? 0)]).data,
    tolerance,
  );
}
