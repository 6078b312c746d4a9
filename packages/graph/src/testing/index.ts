export { fnv1a32, formulaValues, formulaWeight } from "./formula-weights.ts";
export {
  type Case,
  Maker,
  operationCases,
  runOn,
  type TestFramework,
  testOperations,
} from "./operation-cases.ts";
export { testRefusedInputs } from "./refused-inputs.ts";
