import { tensor } from "../../tensor.ts";
import type { GraphBuilder, Value } from "../builder.ts";
import type { Dim, Graph, GraphNode } from "../graph.ts";
import { knownLength } from "../operations/operation.ts";
import { replaceNodes } from "./replace-nodes.ts";

type Convolution = Extract<GraphNode, { operation: "conv2d" }>;

/**
 * The same function with every 3 x 3 convolution of an image that was doubled by nearest-neighbour
 * upsampling computed on the small image: an output pixel sees 2 x 2 different ones at most, so
 * four kernels of 2 x 2, one for each position within a doubled pixel, replace nine products by
 * four. Sums are taken in another order, so results differ in the last digits; the gradient that is
 * made of the new graph has the same saving.
 *
 * @see Shi et al. 2016, arXiv 1609.05158, section 3 (convolution in the low-resolution space)
 */
export function subPixelConvolutions(graph: Graph): Graph {
  const producers = new Map(graph.nodes.map((node) => [node.output, node]));
  const doubled = (node: GraphNode): node is Convolution => {
    if (
      node.operation !== "conv2d" ||
      node.attributes.stride !== 1 ||
      node.attributes.padding.some((padding) => padding !== 1)
    )
      return false;
    const source = producers.get(node.inputs[0] ?? "");
    const kernel = graph.types.get(node.inputs[1] ?? "")?.dims.slice(2);
    return (
      source?.operation === "upsampleNearest" &&
      source.attributes.factor === 2 &&
      kernel?.every((side) => side === 3) === true
    );
  };
  return replaceNodes(graph, doubled, (g, { inputs: [x = "", weight = "", bias] }, value) => {
    const small = producers.get(x)?.inputs[0] ?? "";
    return onSmallImage(
      g,
      value(small),
      value(weight),
      bias === undefined ? undefined : value(bias),
    );
  });
}

function onSmallImage(g: GraphBuilder, x: Value, weight: Value, bias: Value | undefined): Value {
  const [batch, channels, height, width] = x.dims as [Dim, number, number, number];
  const outputs = knownLength(weight.dims, 0);
  const kernels = g.matmul(
    g.reshape(weight, [outputs * channels, 9]),
    g.constant(tensor([9, 16], phaseMatrix())),
  );
  // phase, output, channel, tap
  const ordered = g.transpose(g.reshape(kernels, [outputs, channels, 4, 4]), [2, 0, 1, 3]);
  const phases = g.conv2d(x, g.reshape(ordered, [4 * outputs, channels, 2, 2]), undefined, {
    padding: [1, 1],
  }); // [B, 4 O, H + 1, W + 1]
  const parts = [0, 1].flatMap((a) =>
    [0, 1].map((b) => {
      const phase = g.slice(phases, 1, (2 * a + b) * outputs, (2 * a + b + 1) * outputs);
      return g.reshape(g.slice(g.slice(phase, 2, a, a + height), 3, b, b + width), [
        batch,
        1,
        outputs,
        height,
        width,
      ]);
    }),
  );
  const grid = g.reshape(g.concat(parts, 1), [batch, 2, 2, outputs, height, width]);
  const doubled = g.reshape(g.transpose(grid, [0, 3, 4, 1, 5, 2]), [
    batch,
    outputs,
    2 * height,
    2 * width,
  ]);
  return bias ? g.add(doubled, g.reshape(bias, [outputs, 1, 1])) : doubled;
}

/**
 * What each of the 9 weights adds to the 4 taps of the 4 phases, [9, 16]. In the first of two
 * doubled rows the kernel's row 0 lies on the small image's row above and rows 1 and 2 on the row
 * itself; in the second, rows 0 and 1 lie on the row itself and row 2 on the one below.
 */
function phaseMatrix(): Float32Array {
  const matrix = new Float32Array(9 * 16);
  for (const phase of [0, 1, 2, 3]) {
    for (let weight = 0; weight < 9; weight++) {
      const [row, column] = [Math.floor(weight / 3), weight % 3];
      const tap = 2 * Number(row > phase >> 1) + Number(column > (phase & 1));
      matrix[weight * 16 + 4 * phase + tap] = 1;
    }
  }
  return matrix;
}
