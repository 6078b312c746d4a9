export { type DdimOptions, ddim, ddimReverseStep, ddimStep } from "./ddim.ts";
export { ddimInversion } from "./ddim-inversion.ts";
export { ancestralStep, ddpm } from "./ddpm.ts";
export { dpmSolverPlusPlus2M } from "./dpm-solver-plus-plus.ts";
export {
  type DpmSolverPlusPlus2MSdeOptions,
  dpmSolverPlusPlus2MSde,
} from "./dpm-solver-plus-plus-sde.ts";
export { euler } from "./euler.ts";
export { type EulerAncestralOptions, eulerAncestral } from "./euler-ancestral.ts";
export { heun } from "./heun.ts";
export { type LangevinOptions, langevin } from "./langevin.ts";
export { type LangevinCorrectorOptions, langevinCorrector } from "./langevin-corrector.ts";
export { plms } from "./plms.ts";
export { type RepaintOptions, repaint, repaintSteps } from "./repaint.ts";
export type { Sampler, SamplerInput, SamplerStep } from "./sampler.ts";
export {
  type NamedSampler,
  type SamplerEntry,
  type SamplerName,
  type SamplerSpecification,
  samplerByName,
  samplerFrom,
  samplers,
} from "./sampler-registry.ts";
export { unipc } from "./unipc.ts";
