export {
  type AssembledRun,
  type AssembleOptions,
  assembleRun,
  type DenoisingNetwork,
} from "./assemble.ts";
export { changeRecipe, type RecipeChanges } from "./change-recipe.ts";
export { estimateRun, type MeasureOptions, measureStep, type RunEstimate } from "./estimate-run.ts";
export {
  type DataModule,
  type DataModuleOptions,
  type OpenTrainingDataOptions,
  openTrainingData,
} from "./open-training-data.ts";
export { partSizeFor } from "./part-size.ts";
export {
  type PresetName,
  presetNames,
  type Recipe,
  type StageName,
  type StageRecipes,
  stageNames,
} from "./recipe.ts";
export { recipeRate } from "./recipe-rate.ts";
export { type RunRecipeOptions, runRecipe } from "./run-recipe.ts";
export { type SampleGridOptions, sampleGrid } from "./sample-grid.ts";
export { type SampleNetworkOptions, sampleNetwork } from "./sample-network.ts";
export { recipeFor, stageRecipes } from "./stage-recipes.ts";
export { widenInput } from "./widen-input.ts";
