import type { DataType } from "../../tensor.ts";
import type { Dim } from "../graph.ts";

type None = Readonly<Record<never, never>>;

/**
 * Every operation and its attributes. Few on purpose: bilinear resizing is two matrix products,
 * attention is matmul and softmax, a strided convolution's gradient is reshape and pad. All are
 * float32 except where said.
 */
export interface OperationAttributes {
  /** Element by element with broadcasting. Inputs a, b. */
  add: None;
  sub: None;
  mul: None;
  div: None;
  /** Element by element. Input x. */
  exp: None;
  log: None;
  sqrt: None;
  sin: None;
  cos: None;
  tanh: None;
  sigmoid: None;
  erf: None;
  /** x * sigmoid(x). */
  silu: None;
  /** x * (1 + erf(x / sqrt 2)) / 2: the exact form. */
  gelu: None;
  /** Sum over axes (non-negative); they stay with length 1 when `keepDims`. */
  sum: { readonly axes: readonly number[]; readonly keepDims: boolean };
  softmax: { readonly axis: number };
  /**
   * Matrix product over the last two axes; leading axes broadcast. A flag transposes that operand's
   * last two axes first. Both operands have rank 2 or more.
   */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /**
   * Inputs x [B, C, H, W], weight [O, C, kh, kw] and optionally bias [O]; zero padding, equal on
   * both sides of each spatial axis.
   */
  conv2d: { readonly stride: number; readonly padding: readonly [number, number] };
  /**
   * Inputs x [B, C, ...spatial], weight and bias of one shape, [C] or [B, C] (an affine map of its
   * own for each image); biased variance over each group.
   */
  groupNorm: { readonly groups: number; readonly epsilon: number };
  /** Inputs x [..., C], weight [C], bias [C]; biased variance over the last axis. */
  layerNorm: { readonly epsilon: number };
  /** At most one symbolic length, which keeps its value. */
  reshape: { readonly dims: readonly Dim[] };
  transpose: { readonly permutation: readonly number[] };
  concat: { readonly axis: number };
  /**
   * Elements start, start + step, ... before end along one axis. step may be negative: then from
   * start down to, not including, end (end -1 includes element 0).
   */
  slice: {
    readonly axis: number;
    readonly start: number;
    readonly end: number;
    readonly step: number;
  };
  /** Zeros before and after, one pair an axis; a negative number cuts as many elements off. */
  pad: { readonly pads: readonly (readonly [number, number])[] };
  /** Repeats axes of length 1 (or missing leading axes) up to the given shape. */
  broadcastTo: { readonly dims: readonly Dim[] };
  /**
   * Rows of a table [V, ...rest] by indices (int64, any shape): [...indices, ...rest]. Inputs
   * table, indices.
   */
  gather: None;
  /**
   * The gradient of gather: zeros [rows, ...rest] to which updates [...indices, ...rest] are added.
   * Inputs indices (int64), updates.
   */
  scatterAdd: { readonly rows: number };
  /** Inputs condition (bool), a, b with broadcasting. */
  where: None;
  /** a < b as bool, element by element with broadcasting. Inputs a, b. It has no derivative. */
  less: None;
  /**
   * The input itself, as a constant to whoever differentiates: no gradient passes. Input of any
   * type.
   */
  stopGradient: None;
  /** Input of any type. */
  cast: { readonly to: DataType };
  /** Each pixel `factor` x `factor` times. Input [B, C, H, W]. */
  upsampleNearest: { readonly factor: number };
  /** Mean of `factor` x `factor` squares. Input [B, C, H, W] with sides divisible by factor. */
  averagePool: { readonly factor: number };
}

export type OperationName = keyof OperationAttributes;
