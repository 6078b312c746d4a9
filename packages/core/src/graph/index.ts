export { GraphBuilder, type Operand, parameterCount, type Value } from "./builder.ts";
export { type EvaluateInputs, evaluateGraph } from "./evaluate.ts";
export { countFlops } from "./flops.ts";
export { type GradientOptions, gradient } from "./gradient.ts";
export type { Dim, Graph, GraphNode, GraphParameter, ValueType } from "./graph.ts";
export { type Interpreter, interpreter } from "./interpreter.ts";
export { GraphError } from "./operation.ts";
export type { OperationAttributes, OperationName } from "./operations.ts";
export { simplify } from "./simplify.ts";
