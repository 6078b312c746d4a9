import { type AnyTensor, type Backend, type Graph, gradient, weightsFromTensors } from "@glissade/graph";
import { torchGenerator } from "@glissade/core/random";
import { expect } from "vitest";
import type { OpenedProvider } from "../providers.ts";
import { autodiff } from "./autodiff.ts";

export interface Differentiable {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, AnyTensor>>;
  readonly parameters: Readonly<Record<string, AnyTensor>>;
  /** The output that is differentiated, after multiplication by fixed random numbers. */
  readonly of: string;
  readonly withRespectTo: readonly string[];
}

export interface Gradients {
  /** Core's derivative on ONNX Runtime. */
  readonly onnx: Readonly<Record<string, AnyTensor>>;
  /** Core's derivative on TensorFlow.js. */
  readonly tfjs: Readonly<Record<string, AnyTensor>>;
  /** TensorFlow.js's own derivative; undefined where it is not asked for. */
  readonly own: Readonly<Record<string, AnyTensor>> | undefined;
}

/**
 * The gradient for each name, computed on both runtimes from core's derivative, and by
 * TensorFlow.js's.
 */
export async function threeGradients(on: { onnx: Backend; tfjs: Backend; opened: OpenedProvider | undefined }, given: Differentiable): Promise<Gradients> {
  const { graph, inputs, parameters, of, withRespectTo } = given;
  const { [of]: output } = await run(on.onnx, graph, inputs, parameters);
  const cotangent = torchGenerator(3).randn(output?.dims ?? []);
  const derivative = gradient(graph, { of, withRespectTo, cotangent: "cotangent" });
  // gradient() makes an output for each
  const named = (results: Readonly<Record<string, AnyTensor>>) => Object.fromEntries(withRespectTo.flatMap((name) => Object.entries({ [name]: results[`grad.${name}`] }))) as Record<string, AnyTensor>;
  return {
    onnx: named(await run(on.onnx, derivative, { ...inputs, cotangent }, parameters)),
    tfjs: named(await run(on.tfjs, derivative, { ...inputs, cotangent }, parameters)),
    own: on.opened && (await autodiff(on.opened, { ...given, cotangent })),
  };
}

/**
 * The largest difference of two gradients, of the largest value of the second, over all names; both
 * must have the same names and shapes, and something in them.
 */
export function expectSameGradients(received: Readonly<Record<string, AnyTensor>>, expected: Readonly<Record<string, AnyTensor>>, relative: number): void {
  expect(Object.keys(received)).toEqual(Object.keys(expected));
  for (const [name, { dims, data }] of Object.entries(expected)) {
    const { dims: otherDims, data: other = [] } = received[name] ?? {};
    expect(otherDims, name).toEqual(dims);
    const values = Array.from<number | bigint, number>(data, Number);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest, name).toBeGreaterThan(0);
    const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(other[i]))), 0);
    expect(worst / largest, name).toBeLessThan(relative);
  }
}

/** Float inputs that the graph reads, and all parameters. */
export function differentiableNames(graph: Graph): string[] {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const inputs = graph.inputs.filter(({ name, dtype }) => dtype === "float32" && read.has(name)).map(({ name }) => name);
  return [...inputs, ...new Set(graph.parameters.map(({ name }) => name))];
}

async function run(on: Backend, graph: Graph, inputs: Differentiable["inputs"], parameters: Differentiable["parameters"]): Promise<Record<string, AnyTensor>> {
  const executable = await on.compile(graph, weightsFromTensors(parameters));
  try {
    return await executable.run(inputs);
  } finally {
    await executable.dispose();
  }
}
