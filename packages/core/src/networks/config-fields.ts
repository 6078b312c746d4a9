import { display, InvalidArgumentError } from "@glissade/graph";

/**
 * Typed access to the fields of an untrusted `config.json`. Every method throws an
 * InvalidArgumentError that names the field.
 */
export class ConfigFields {
  readonly #json: Readonly<Record<string, unknown>>;

  /** @throws InvalidArgumentError where it is no object. */
  constructor(json: unknown) {
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new InvalidArgumentError({
        argument: "config",
        received: json,
        expected: "an object with the network's arguments",
      });
    this.#json = json as Readonly<Record<string, unknown>>;
  }

  /** Whether there is such a field; null, which is the reference's None, counts as absent. */
  has(name: string): boolean {
    return (
      Object.hasOwn(this.#json, name) && this.#json[name] !== undefined && this.#json[name] !== null
    );
  }

  integer(name: string, least: number, most: number, otherwise?: number): number {
    const value = this.#given(name, otherwise);
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most)
      return value;
    throw new InvalidArgumentError({
      argument: `config.${name}`,
      received: value,
      expected: `an integer from ${least} to ${most}`,
    });
  }

  /** A number above 0. */
  positive(name: string, otherwise?: number): number {
    const value = this.#given(name, otherwise);
    if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
    throw new InvalidArgumentError({
      argument: `config.${name}`,
      received: value,
      expected: "a number above 0",
    });
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.#given(name, otherwise);
    if (typeof value === "boolean") return value;
    throw new InvalidArgumentError({
      argument: `config.${name}`,
      received: value,
      expected: "true or false",
    });
  }

  oneOf<T extends string>(name: string, known: readonly T[], otherwise?: T): T {
    const value = this.#given(name, otherwise);
    const found = known.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw new InvalidArgumentError({
      argument: `config.${name}`,
      received: value,
      expected: known.map((candidate) => display(candidate)).join(" or "),
    });
  }

  /**
   * A list, or the comma-separated text that the reference's options use; an empty text means the
   * default.
   */
  integers(
    name: string,
    least: number,
    most: number,
    otherwise?: readonly number[],
  ): readonly number[] {
    return this.#list(
      name,
      `integers from ${least} to ${most}`,
      (entry) => Number.isInteger(entry) && entry >= least && entry <= most,
      otherwise,
    );
  }

  /** The same for numbers above 0 that need not be whole. */
  positives(name: string, otherwise?: readonly number[]): readonly number[] {
    return this.#list(
      name,
      "numbers above 0",
      (entry) => entry > 0 && Number.isFinite(entry),
      otherwise,
    );
  }

  #given(name: string, otherwise: unknown): unknown {
    return this.has(name) ? this.#json[name] : otherwise;
  }

  #list(
    name: string,
    what: string,
    fits: (entry: number) => boolean,
    otherwise: readonly number[] | undefined,
  ): readonly number[] {
    const given = this.has(name) && this.#json[name] !== "" ? this.#json[name] : otherwise;
    const list: unknown = typeof given === "string" ? given.split(",").map(Number) : given;
    if (
      Array.isArray(list) &&
      list.length > 0 &&
      list.length <= 16 &&
      list.every((entry) => typeof entry === "number" && fits(entry))
    )
      return list;
    throw new InvalidArgumentError({
      argument: `config.${name}`,
      received: given,
      expected: `1 to 16 ${what}`,
    });
  }
}
