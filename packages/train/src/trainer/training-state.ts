import type {
  Checkpoint,
  CheckpointState,
  LoadedCheckpoint,
  NamedArrays,
} from "../checkpoints/index.ts";
import {
  AdamW,
  type AdamWOptions,
  MovingAverage,
  type MovingAverageOptions,
  type ParameterStore,
} from "../optimisers/index.ts";

/** What changes from step to step: weights, moments and averages. */
export class TrainingState {
  readonly parameters: ParameterStore;
  readonly optimiser: AdamW;
  readonly averages: readonly MovingAverage[];

  constructor(
    parameters: ParameterStore,
    optimiser: AdamWOptions,
    averages: readonly MovingAverageOptions[],
  ) {
    this.parameters = parameters;
    this.optimiser = new AdamW(parameters, optimiser);
    this.averages = averages.map((options) => new MovingAverage(parameters, options));
  }

  /**
   * The average with the longest memory, or the parameters where there is none: what images are
   * made with.
   */
  get best(): Float32Array {
    const [longest] = [...this.averages].sort((a, b) => b.decay - a.decay);
    return longest?.values ?? this.parameters.values;
  }

  /** Everything as a checkpoint; its arrays are views of this state's. */
  checkpoint(state: CheckpointState): Checkpoint {
    return {
      step: this.optimiser.steps,
      tensors: Object.fromEntries(
        this.#groups().map(([group, array]) => [group, this.#named(array)]),
      ),
      state,
    };
  }

  /**
   * Continues from a checkpoint. @throws InvalidArgumentError where it lacks an array, or one has
   * another size.
   */
  restore({ step, tensors }: LoadedCheckpoint): void {
    for (const [group, array] of this.#groups()) {
      const saved = tensors.get(group) ?? new Map<string, Float32Array>();
      this.parameters.collect(
        Object.fromEntries(
          this.parameters.slots.map(({ name, dims }) => [
            name,
            { dtype: "float32", dims, data: saved.get(name) ?? new Float32Array() },
          ]),
        ),
        array,
        {
          overwrite: true,
        },
      );
    }
    this.optimiser.restore(step);
  }

  #groups(): (readonly [group: string, array: Float32Array])[] {
    return [
      ["parameters", this.parameters.values],
      ["first-moments", this.optimiser.firstMoment],
      ["second-moments", this.optimiser.secondMoment],
      ...this.averages.map(({ decay, values }) => [`ema-${decay}`, values] as const),
    ];
  }

  #named(array: Float32Array): NamedArrays {
    return new Map(
      this.parameters.slots.map(({ name }) => [name, this.parameters.view(name, array)]),
    );
  }
}
