export type { TensorFlowModule, TfjsOptions } from "./options.ts";
export { type TfjsProvider, tfjsProviders } from "./providers.ts";
export { type TfjsBackend, tfjs } from "./tfjs-backend.ts";
