import { type Dim, GraphCompileError, type GraphNode, type OperationName } from "@glissade/graph";
import {
  type AxisOrder,
  arrange,
  channelsLast,
  positionOf,
  reshapedOrder,
  rowMajor,
  withLast,
  withoutAxes,
} from "./axis-order.ts";
import type { LayoutPlanner, Placement } from "./layout-plan.ts";

export type LayoutRule<K extends OperationName> = (
  planner: LayoutPlanner,
  node: Extract<GraphNode, { operation: K }>,
) => Placement;

/**
 * For every operation: in which order its inputs have to lie, in which its output lies, and what
 * its attributes are there.
 */
export const layoutRules: { readonly [K in OperationName]: LayoutRule<K> } = {
  add: broadcasting,
  sub: broadcasting,
  mul: broadcasting,
  div: broadcasting,
  less: broadcasting,
  where: broadcasting,
  exp: inPlace,
  log: inPlace,
  sqrt: inPlace,
  sin: inPlace,
  cos: inPlace,
  tanh: inPlace,
  sigmoid: inPlace,
  erf: inPlace,
  silu: inPlace,
  gelu: inPlace,
  cast: inPlace,
  stopGradient: inPlace,

  sum(planner, node) {
    const { axes, keepDims } = node.attributes;
    const { value, order } = planner.placementOf(inputOf(node));
    const positions = axes.map((axis) => positionOf(order, axis));
    return planner.emit(node, {
      inputs: [value],
      order: keepDims ? order : withoutAxes(order, axes),
      attributes: { axes: positions, keepDims },
    });
  },
  softmax(planner, node) {
    const order = withLast(planner.placementOf(inputOf(node)).order, node.attributes.axis);
    return planner.emit(node, {
      inputs: [planner.inOrder(inputOf(node), order)],
      order,
      attributes: { axis: order.length - 1 },
    });
  },

  matmul(planner, node) {
    const a = matrixOperand(planner, inputOf(node), node.attributes.transposeA);
    const b = matrixOperand(planner, inputOf(node, 1), node.attributes.transposeB);
    const attributes = { transposeA: a.transposed, transposeB: b.transposed };
    return planner.emit(node, {
      inputs: [a.value, b.value],
      order: rowMajor(planner.typeOf(node.output).dims.length),
      attributes,
    });
  },
  conv2d(planner, node) {
    const [x = "", weight = "", ...bias] = node.inputs;
    const order = channelsLast(4);
    return planner.emit(node, {
      inputs: [
        planner.inOrder(x, order),
        planner.inOrder(weight, [2, 3, 1, 0]),
        ...planner.inRowMajor(bias),
      ],
      order,
    });
  },
  groupNorm(planner, node) {
    const [x = "", ...affine] = node.inputs;
    const order = channelsLast(planner.typeOf(x).dims.length);
    return planner.emit(node, {
      inputs: [planner.inOrder(x, order), ...planner.inRowMajor(affine)],
      order,
    });
  },
  layerNorm(planner, node) {
    const [x = "", ...affine] = node.inputs;
    const { order: given } = planner.placementOf(x);
    const order = withLast(given, given.length - 1);
    return planner.emit(node, {
      inputs: [planner.inOrder(x, order), ...planner.inRowMajor(affine)],
      order,
    });
  },

  reshape(planner, node) {
    const { dims } = planner.typeOf(inputOf(node));
    const target = planner.typeOf(node.output).dims;
    const { value, order: given } = planner.placementOf(inputOf(node));
    const free = reshapedOrder(dims, given, target);
    const order = free ?? rowMajor(target.length);
    const input = free ? value : planner.inOrder(inputOf(node), rowMajor(dims.length));
    return planner.emit(node, {
      inputs: [input],
      order,
      attributes: { dims: arrange(target, order) },
    });
  },
  transpose(planner, node) {
    const { permutation } = node.attributes;
    const { value, order } = planner.placementOf(inputOf(node));
    // the axes get other names; nothing moves
    return { value, order: order.map((axis) => permutation.indexOf(axis)) };
  },
  concat(planner, node) {
    const order = leadingOrder(planner, node.inputs);
    const inputs = node.inputs.map((input) => planner.inOrder(input, order));
    return planner.emit(node, {
      inputs,
      order,
      attributes: { axis: positionOf(order, node.attributes.axis) },
    });
  },
  slice(planner, node) {
    const { value, order } = planner.placementOf(inputOf(node));
    return planner.emit(node, {
      inputs: [value],
      order,
      attributes: { ...node.attributes, axis: positionOf(order, node.attributes.axis) },
    });
  },
  pad(planner, node) {
    const { value, order } = planner.placementOf(inputOf(node));
    return planner.emit(node, {
      inputs: [value],
      order,
      attributes: { pads: arrange(node.attributes.pads, order) },
    });
  },
  broadcastTo(planner, node) {
    const { dims } = node.attributes;
    const { value, order: given } = planner.placementOf(inputOf(node));
    const added = dims.length - given.length;
    const order = [...rowMajor(added), ...given.map((axis) => axis + added)];
    return planner.emit(node, {
      inputs: [value],
      order,
      attributes: { dims: arrange(dims, order) },
    });
  },

  gather: inRowMajor,
  scatterAdd: inRowMajor,
  upsampleNearest: onImages,
  averagePool: onImages,
};

/** Element by element: the order does not matter. */
function inPlace(planner: LayoutPlanner, node: GraphNode): Placement {
  const { value, order } = planner.placementOf(inputOf(node));
  return planner.emit(node, { inputs: [value], order });
}

/** Element by element on several: in the order of the largest, to which the others are brought. */
function broadcasting(planner: LayoutPlanner, node: GraphNode): Placement {
  const { length: rank } = planner.typeOf(node.output).dims;
  const order = leadingOrder(
    planner,
    node.inputs.filter((input) => planner.typeOf(input).dims.length === rank),
  );
  return planner.emit(node, {
    inputs: node.inputs.map((input) => planner.broadcastable(input, order)),
    order,
  });
}

function inRowMajor(planner: LayoutPlanner, node: GraphNode): Placement {
  return planner.emit(node, {
    inputs: planner.inRowMajor(node.inputs),
    order: rowMajor(planner.typeOf(node.output).dims.length),
  });
}

function onImages(planner: LayoutPlanner, node: GraphNode): Placement {
  const order = channelsLast(4);
  return planner.emit(node, { inputs: [planner.inOrder(inputOf(node), order)], order });
}

/**
 * A product takes its matrices either way round, as its flags say, so that only leading axes that
 * lie between them are moved. Where flags are slow, the matrices are turned.
 */
function matrixOperand(
  planner: LayoutPlanner,
  operand: string,
  transposed: boolean,
): { value: string; transposed: boolean } {
  const { order } = planner.placementOf(operand);
  const rank = order.length;
  const given = order.filter((axis) => axis >= rank - 2);
  const plain = transposed ? [rank - 1, rank - 2] : [rank - 2, rank - 1];
  const matrix = planner.options.transposedProducts ? given : plain;
  return {
    value: planner.inOrder(operand, [...rowMajor(rank - 2), ...matrix]),
    transposed: matrix[0] !== plain[0],
  };
}

/**
 * The order of the largest input that is computed in the run; of the largest weight where there is
 * none.
 */
function leadingOrder(planner: LayoutPlanner, inputs: readonly string[]): AxisOrder {
  const size = (value: string) =>
    planner
      .typeOf(value)
      .dims.reduce<number>((product, dim: Dim) => product * (typeof dim === "number" ? dim : 2), 1);
  const computed = inputs.filter((input) => !planner.isFixed(input));
  const [largest = ""] = [...(computed.length > 0 ? computed : inputs)].sort(
    (a, b) => size(b) - size(a),
  );
  return planner.placementOf(largest).order;
}

function inputOf(node: GraphNode, index = 0): string {
  const input = node.inputs[index];
  if (input === undefined)
    throw new GraphCompileError(`The operation ${node.operation} has no input ${index}.`);
  return input;
}
