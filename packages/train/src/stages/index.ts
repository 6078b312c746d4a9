export { assembleRun } from "./assemble-run.ts";
export type {
  AssembledNetwork,
  AssembledRun,
  AssembleOptions,
  DenoisingNetwork,
} from "./assembled-run.ts";
export { type SampleNetworkOptions, sampleNetwork } from "./sample-network.ts";
export type { SampleGrid, SampleRound, Stage, StagePresets, StartingPoint } from "./stage.ts";
export { recipeFor, stageByName, stages } from "./stages.ts";
