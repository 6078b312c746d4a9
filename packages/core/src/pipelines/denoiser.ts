import type { Executable } from "../backend.ts";
import { type GaussianDiffusion, type PredictionOptions, predict } from "../diffusion/index.ts";
import type { Guidance } from "../guidance/index.ts";
import type { Denoise } from "../samplers/index.ts";
import { concatRows, rows, type Tensor, tensor } from "../tensor.ts";
import { assertFinite, assertFloat32 } from "./float32.ts";
import { featuresForRows, type TextFeatures } from "./text-condition.ts";

export interface DenoiserOptions extends PredictionOptions {
  readonly process: GaussianDiffusion;
  readonly network: Executable;
  /** Text row 0: the prompt. Text row 1: the empty or negative prompt. */
  readonly features: TextFeatures;
  readonly guidance: Guidance;
  /** Number of pictures. */
  readonly count: number;
  readonly signal?: AbortSignal;
}

/**
 * One guided evaluation of the network as samplers call it: both texts in one pass of twice the rows, combined by the guidance, and turned into a prediction. Where
 * the guidance does without the second text, it is not computed.
 */
export function guidedDenoiser({ process, network, features, guidance, count, signal, ...prediction }: DenoiserOptions): Denoise {
  const conditionalFeatures = featuresForRows(features, new Array<number>(count).fill(0));
  const bothFeatures = featuresForRows(features, [...new Array<number>(count).fill(0), ...new Array<number>(count).fill(1)]);

  const evaluate = async (x: Tensor, timestep: number, text: Record<string, Tensor>): Promise<Tensor> => {
    const batch = x.dims[0] ?? 0;
    const inputs = { x, timesteps: tensor([batch], new Float32Array(batch).fill(timestep)), ...text };
    const { output } = await network.run(inputs, signal ? { signal } : {});
    return assertFloat32("output", output);
  };

  return async (x, index) => {
    const timestep = process.timestepMap[index] ?? 0;
    const progress = process.numTimesteps === 1 ? 0 : 1 - index / (process.numTimesteps - 1);
    let modelOutput: Tensor;
    if (guidance.plan(progress).unconditional) {
      const both = await evaluate(concatRows([x, x]), timestep, bothFeatures);
      modelOutput = guidance.combine({ conditional: rows(both, 0, count), unconditional: rows(both, count, 2 * count), progress });
    } else {
      modelOutput = await evaluate(x, timestep, conditionalFeatures);
    }
    assertFinite(modelOutput, `at timestep ${timestep}`); // what is not finite in a branch is not finite in the combination
    return predict(process, modelOutput, x, index, prediction);
  };
}
