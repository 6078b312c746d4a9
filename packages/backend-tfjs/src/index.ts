export type { TensorFlowModule, TfjsOptions } from "./options.ts";
export { type TfjsProvider, tfjsProviders } from "./provider-choice.ts";
export { type TfjsBackend, tfjs } from "./tfjs-backend.ts";
