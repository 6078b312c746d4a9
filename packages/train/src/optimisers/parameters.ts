import { type AnyTensor, InvalidArgumentError, type Tensor, WeightsError } from "@glissade/core";
import { readTensor, sizeOf, toFloat32, type WeightSource } from "@glissade/graph";

/** Where a parameter lies in the flat array. */
export interface ParameterSlot {
  readonly name: string;
  readonly dims: readonly number[];
  /** First element, and number of elements. */
  readonly offset: number;
  readonly length: number;
}

export interface ParameterStoreOptions {
  /** Lie in a SharedArrayBuffer, so that workers see them without a copy. Default false. */
  readonly shared?: boolean;
}

/**
 * All parameters of a network in one flat float32 array with a view for each name. Gradients,
 * moments and moving averages are arrays of the same layout, so that an optimiser is one loop.
 *
 * @example
 * ```ts
 * const parameters = await ParameterStore.fromWeights(weights);
 * const gradient = parameters.zeros();
 * parameters.collect(await training.run(batch), gradient, { prefix: "grad." });
 * ```
 */
export class ParameterStore {
  readonly slots: readonly ParameterSlot[];
  /** Elements of all parameters together. */
  readonly size: number;
  readonly values: Float32Array;
  readonly #shared: boolean;
  readonly #byName: ReadonlyMap<string, ParameterSlot>;

  /** Zeros. @throws InvalidArgumentError where a name is there twice. */
  constructor(
    shapes: Iterable<{ readonly name: string; readonly dims: readonly number[] }>,
    { shared = false }: ParameterStoreOptions = {},
  ) {
    let offset = 0;
    this.slots = Array.from(shapes, ({ name, dims }) => {
      const slot = { name, dims: [...dims], offset, length: sizeOf(dims) };
      offset += slot.length;
      return slot;
    });
    this.#byName = new Map(this.slots.map((slot) => [slot.name, slot]));
    if (this.#byName.size !== this.slots.length)
      throw new InvalidArgumentError({
        argument: "shapes",
        received: this.slots.map(({ name }) => name),
        expected: "every name once",
      });
    this.size = offset;
    this.#shared = shared;
    this.values = this.zeros();
  }

  /**
   * The parameters that a file holds, as float32.
   *
   * @param options `names`: which ones, in this order; default all
   * @throws WeightsError where a name is missing or is no floating-point tensor.
   */
  static async fromWeights(
    weights: WeightSource,
    {
      names = weights.names,
      signal,
      ...options
    }: ParameterStoreOptions & {
      readonly names?: readonly string[];
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<ParameterStore> {
    const shapes = names.map((name) => {
      const described = weights.describe(name);
      if (!described) throw new WeightsError({ tensor: name, reason: "there is no such weight" });
      return { name, dims: described.dims };
    });
    const store = new ParameterStore(shapes, options);
    for (const { name } of store.slots) {
      signal?.throwIfAborted();
      store.view(name).set(toFloat32(await readTensor(weights, name)));
    }
    return store;
  }

  /** A new array of the parameters' layout, in the same kind of memory. */
  zeros(): Float32Array {
    return new Float32Array(
      this.#shared ? new SharedArrayBuffer(4 * this.size) : new ArrayBuffer(4 * this.size),
    );
  }

  /** @throws InvalidArgumentError where there is no parameter of that name. */
  slot(name: string): ParameterSlot {
    const slot = this.#byName.get(name);
    if (!slot)
      throw new InvalidArgumentError({
        argument: "name",
        received: name,
        expected: `one of the ${this.slots.length} parameters`,
      });
    return slot;
  }

  /**
   * The elements of one parameter, in this store's values or in another array of its layout.
   * Writing to the view writes to the array.
   */
  view(name: string, array: Float32Array = this.values): Float32Array {
    const { offset, length } = this.slot(name);
    return array.subarray(offset, offset + length);
  }

  /** Every parameter by name: views, nothing is copied. */
  toTensors(array: Float32Array = this.values): Map<string, Tensor> {
    this.assertLayout("array", array);
    return new Map(
      this.slots.map(({ name, dims }) => [
        name,
        { dtype: "float32", dims, data: this.view(name, array) },
      ]),
    );
  }

  /**
   * Adds `scale` times a graph's results to an array of this layout, e.g. the outputs `grad.<name>`
   * to the gradient. Accumulating over k small batches is k calls with `scale` 1 / k on an array
   * that was zero; `overwrite` spares the zeroing for the first.
   *
   * @throws InvalidArgumentError where a parameter's tensor is missing or has another size.
   */
  collect(
    tensors: Readonly<Record<string, AnyTensor>>,
    into: Float32Array,
    {
      prefix = "",
      scale = 1,
      overwrite = false,
    }: { readonly prefix?: string; readonly scale?: number; readonly overwrite?: boolean } = {},
  ): void {
    this.assertLayout("into", into);
    for (const { name, offset, length, dims } of this.slots) {
      const given = tensors[`${prefix}${name}`];
      if (given?.dtype !== "float32" || given.data.length !== length)
        throw new InvalidArgumentError({
          argument: `${prefix}${name}`,
          received: given?.dims,
          expected: `a float32 tensor of shape [${dims.join(", ")}]`,
        });
      const { data } = given;
      if (overwrite && scale === 1) into.set(data, offset);
      else if (overwrite)
        for (let i = 0; i < length; i++) into[offset + i] = scale * (data[i] as number);
      else
        for (let i = 0; i < length; i++)
          into[offset + i] = (into[offset + i] as number) + scale * (data[i] as number);
    }
  }

  /** @throws InvalidArgumentError where an array cannot be one of this layout. */
  assertLayout(argument: string, { length }: Float32Array): void {
    if (length !== this.size)
      throw new InvalidArgumentError({
        argument,
        received: `${length} elements`,
        expected: `${this.size} elements, as the parameters have`,
      });
  }
}
