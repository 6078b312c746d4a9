export { type ComponentName, componentNames, componentOf } from "./component.ts";
export { type ExportRunOptions, exportRun } from "./export-run.ts";
export { ModelOutputError } from "./model-output-error.ts";
export {
  type DenoisingComponent,
  isRunFolder,
  type OpenTrainedNetworkOptions,
  openTrainedNetwork,
  type TrainedNetwork,
} from "./open-trained-network.ts";
export {
  type RunDescription,
  readRunDescription,
  readRunTokenizer,
  writeRunDescription,
} from "./run-description.ts";
export {
  type ModelComponent,
  type WriteModelComponentOptions,
  writeModelComponent,
} from "./write-model-component.ts";
