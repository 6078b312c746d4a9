/**
 * Typed access to an object of unknown origin. Each method throws an Error that names the field
 * where it is not of its type.
 */
export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #name: string;

  constructor(json: unknown, name: string) {
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new Error(`${name} are not an object`);
    this.#fields = json as Readonly<Record<string, unknown>>;
    this.#name = name;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== "string") throw this.#missing(name, "a text");
    return value;
  }

  /** Those of several texts that are there. */
  texts<Name extends string>(...names: readonly Name[]): { readonly [name in Name]?: string } {
    const there = names
      .filter((name) => this.value(name) !== undefined)
      .map((name) => [name, this.text(name)]);
    // Object.fromEntries forgets the names
    return Object.fromEntries(there) as { readonly [name in Name]?: string };
  }

  number(name: string): number {
    const value = this.value(name);
    if (typeof value !== "number" || !Number.isFinite(value)) throw this.#missing(name, "a number");
    return value;
  }

  /** All fields, of numbers, lists of numbers, texts and truth values. */
  plain(): Readonly<Record<string, number | string | boolean | readonly number[]>> {
    return Object.fromEntries(
      Object.keys(this.#fields).map((name) => {
        const value = this.value(name);
        if (typeof value === "string" || typeof value === "boolean") return [name, value];
        return [name, Array.isArray(value) ? this.numbers(name) : this.number(name)];
      }),
    );
  }

  numbers(name: string): readonly number[] {
    const value = this.value(name);
    if (!Array.isArray(value) || !value.every(Number.isFinite))
      throw this.#missing(name, "a list of numbers");
    return value;
  }

  object(name: string): Fields {
    return new Fields(this.value(name), name);
  }

  optional<T>(name: string, read: (fields: Fields, name: string) => T): T | undefined {
    return this.value(name) === undefined ? undefined : read(this, name);
  }

  #missing(name: string, expected: string): Error {
    return new Error(`${this.#name} have no ${name} that is ${expected}`);
  }
}
