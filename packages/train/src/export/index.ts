export { ModelOutputError } from "./model-output-error.ts";
export {
  type ModelComponent,
  type WriteModelComponentOptions,
  writeModelComponent,
} from "./write-model-component.ts";
