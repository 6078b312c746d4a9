import type { OperationName } from "./attributes.ts";
import { elementwise } from "./elementwise.ts";
import { layout } from "./layout.ts";
import { linear } from "./linear.ts";
import type { OperationDefinition } from "./operation.ts";
import { reductions } from "./reductions.ts";

/** Every operation's shape, meaning and derivative. The type names what is missing. */
export const operationTable: { readonly [K in OperationName]: OperationDefinition<K> } = {
  ...elementwise,
  ...layout,
  ...linear,
  ...reductions,
};

/**
 * The definition of an operation whose name is known only at run time. A node pairs its operation
 * with that operation's attributes by construction (`GraphNode`), which TypeScript cannot follow
 * through a lookup by a union of names: hence the cast.
 */
export function definitionOf(operation: OperationName): OperationDefinition<OperationName> {
  return operationTable[operation] as unknown as OperationDefinition<OperationName>;
}
