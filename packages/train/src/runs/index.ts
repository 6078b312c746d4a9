export { estimateRun, type MeasureOptions, measureStep, type RunEstimate } from "./estimate-run.ts";
export { type ExportRunOptions, exportRun } from "./export-run.ts";
export {
  isRunFolder,
  type OpenTrainedNetworkOptions,
  openTrainedNetwork,
} from "./open-trained-network.ts";
export {
  type RunDescription,
  readRunDescription,
  readRunTokenizer,
  writeRunDescription,
} from "./run-description.ts";
export { type RunRecipeOptions, runRecipe } from "./run-recipe.ts";
