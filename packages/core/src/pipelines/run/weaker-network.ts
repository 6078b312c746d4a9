import { InvalidArgumentError, type Tensor } from "@glissade/graph";
import { stageOf } from "../../model/description/read.ts";
import { tokenizedPrompts } from "../options/prompt.ts";
import type { Settled } from "../options/sampling.ts";
import type { PipelineParts } from "./cascade.ts";
import { promptedNetwork } from "./denoiser.ts";
import type { Lease } from "./shared-resource.ts";
import type { Start } from "./stage.ts";
import { textFeatures } from "./text-condition.ts";

/** A network's output for x at a timestep, under the run's prompts. */
export type BranchOutput = (x: Tensor, timestep: number) => Promise<Tensor>;

/**
 * The weaker model's network of the same name, under the same prompts: the branch "weaker".
 *
 * @throws InvalidArgumentError if there is no weaker model, or it does not fit
 */
export async function openWeaker(
  { weaker }: PipelineParts,
  { network, settings, prompts, signal }: Settled,
  { x, conditions }: Start,
): Promise<Lease<BranchOutput>> {
  if (!weaker)
    throw new InvalidArgumentError({
      argument: "guidance",
      received: settings.guidance?.name ?? "a rule",
      expected: "a rule without a weaker network, or a model loaded with one",
      hint: 'Load it with { weaker: "a smaller or less trained model" }.',
    });
  const description = stageOf(weaker.model, network.name);
  if (
    description.imageSize !== network.imageSize ||
    description.meanType !== network.meanType ||
    description.process.numTimesteps !== network.process.numTimesteps
  )
    throw new InvalidArgumentError({
      argument: "weaker",
      received: `${description.imageSize} pixels, ${description.meanType}, ${description.process.numTimesteps} timesteps`,
      expected: `${network.imageSize} pixels, ${network.meanType}, ${network.process.numTimesteps} timesteps, as the model`,
    });
  const { rows, weights } = tokenizedPrompts(weaker.model.tokenizer, description, {
    prompts,
    negativePrompt: settings.negativePrompt,
  });
  const { value: open, release } = await weaker.networks.stage(network.name, signal);
  try {
    const evaluate = promptedNetwork({
      network: open.network,
      features: await textFeatures(open, rows, signal),
      weights,
      count: x.dims[0] ?? 0,
      conditions,
      signal,
    });
    return {
      value: async (state, timestep) => (await evaluate(state, timestep, false)).conditional,
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}
