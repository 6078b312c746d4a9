import { GraphCompileError } from "@glissade/graph";
import type { TfTensor } from "./tensorflow.ts";

/**
 * Tensors by the name of the value that they hold, over those of another store that are only read.
 * Whoever makes a store disposes of it.
 */
export class TensorStore {
  readonly #tensors = new Map<string, TfTensor>();
  readonly #beneath: TensorStore | undefined;

  constructor(beneath?: TensorStore) {
    this.#beneath = beneath;
  }

  has(name: string): boolean {
    return this.#tensors.has(name) || (this.#beneath?.has(name) ?? false);
  }

  get(name: string): TfTensor {
    const tensor = this.#tensors.get(name);
    if (tensor) return tensor;
    if (!this.#beneath)
      throw new GraphCompileError(
        `The value ${JSON.stringify(name)} is read before it is computed.`,
      );
    return this.#beneath.get(name);
  }

  set(name: string, tensor: TfTensor): void {
    this.#tensors.set(name, tensor);
  }

  /** Whether a tensor is this store's own, not of the one beneath. */
  owns(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** Frees a tensor of this store; one of the store beneath stays. */
  free(name: string): void {
    this.#tensors.get(name)?.dispose();
    this.#tensors.delete(name);
  }

  dispose(): void {
    for (const name of [...this.#tensors.keys()]) this.free(name);
  }
}
