export {
  type AssembledRun,
  type AssembleOptions,
  assembleRun,
  type DenoisingNetwork,
} from "./assemble-run.ts";
export { type SampleNetworkOptions, sampleNetwork } from "./sample-network.ts";
export { recipeFor, stageRecipes } from "./stages.ts";
