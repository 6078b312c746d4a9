import { type AnyTensor, bindInputs, type Graph, sizeOf, type Tensor, tensor } from "@glissade/graph";
import { onProvider } from "../active-backend.ts";
import { planLayout } from "../layout-plan.ts";
import type { OpenedProvider } from "../providers.ts";
import { applyKernel } from "../run-steps.ts";
import type { TensorFlow, TfTensor } from "../tensorflow.ts";
import { upload } from "../transfer.ts";

export interface Differentiation {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, AnyTensor>>;
  readonly parameters: Readonly<Record<string, AnyTensor>>;
  /** The output that is differentiated. */
  readonly of: string;
  readonly cotangent: AnyTensor;
  /** Names of inputs and parameters. */
  readonly withRespectTo: readonly string[];
}

/**
 * The gradients of sum(output * cotangent) as TensorFlow.js derives them itself (`tf.grads`) from
 * the kernels that a run consists of: core's derivatives have no part in them. The derivatives of
 * TensorFlow.js's operations must be registered, which `@tensorflow/tfjs` does and
 * `@tensorflow/tfjs-core` alone does not.
 */
export async function autodiff({ tf, provider, traits }: OpenedProvider, given: Differentiation): Promise<Record<string, Tensor>> {
  const { graph, withRespectTo } = given;
  const plan = planLayout(graph, { transposedProducts: traits.fastProducts });
  const settings = { tf: differentiable(tf), traits, lengths: bindInputs(graph, given.inputs) };
  const gradients = onProvider(tf, provider)(() =>
    tf.tidy(() => {
      const constants = new Map([...graph.constants].map(([value, constant]) => [value, made(tf, constant)] as const));
      const named = new Map([...Object.entries(given.inputs), ...Object.entries(given.parameters)].map(([name, value]) => [name, made(tf, value)] as const));
      const cotangent = made(tf, given.cotangent);
      const weightedSum = (...variables: TfTensor[]) => {
        const current = new Map([...named, ...withRespectTo.map((name, i) => [name, variables[i]] as const)]);
        const values = new Map<string, TfTensor>(constants);
        for (const { name } of graph.inputs) values.set(name, required(current.get(name), name));
        for (const { name, value, dims } of graph.parameters) values.set(value, tf.reshape(required(current.get(name), name), [...dims]));
        const find = (name: string) => required(values.get(name), name);
        for (const step of [...plan.preparation, ...plan.steps]) values.set(step.output, applyKernel(step, find, settings));
        const { value } = required(
          plan.outputs.find(({ name }) => name === given.of),
          given.of,
        );
        return tf.sum(tf.mul(find(value), cotangent)).asScalar();
      };
      return tf.grads(weightedSum)(withRespectTo.map((name) => required(named.get(name), name)));
    }),
  );
  const entries = gradients.map(async (gradient, i) => {
    const values = Float32Array.from(await gradient.data());
    gradient.dispose();
    return [withRespectTo[i] ?? "", tensor(gradient.shape, values)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * TensorFlow.js 4.22 with those of its operations that have no derivative (comparisons, strided
 * slices), or one that is not summed over the axes of a broadcast (squared differences, matrix
 * products), written in others that it differentiates rightly.
 */
function differentiable(tf: TensorFlow): TensorFlow {
  const less = (a: TfTensor, b: TfTensor) => tf.customGrad(() => ({ value: tf.less(a, b), gradFunc: () => [tf.zeros(a.shape), tf.zeros(b.shape)] }))(a, b);
  const squaredDifference = (a: TfTensor, b: TfTensor) => tf.square(tf.sub(a, b));
  const matMul = (a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean) => {
    const leading = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const whole = (x: TfTensor) => {
      const full = [...leading, ...x.shape.slice(-2)];
      return full.length === x.rank && sizeOf(full) === x.size ? x : tf.add(tf.fill(full, 0), x);
    };
    return tf.matMul(whole(a), whole(b), transposeA, transposeB);
  };
  const stridedSlice = (x: TfTensor, begin: number[], end: number[], strides: number[]) =>
    begin.reduce<TfTensor>((rest, first, axis) => tf.gather(rest, tf.range(first, end[axis] ?? 0, strides[axis], "int32"), axis), x);
  const written = { less, squaredDifference, matMul, stridedSlice };
  // TensorFlow.js's own take arrays as well, which no kernel passes
  return { ...tf, ...(written as unknown as Pick<TensorFlow, keyof typeof written>) };
}

/** A copy on the active backend, which the surrounding `tidy` frees. */
function made(tf: TensorFlow, value: AnyTensor): TfTensor {
  const kept = upload(tf, value, "a value");
  const copy = tf.clone(kept);
  kept.dispose();
  return copy;
}

function required<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}
