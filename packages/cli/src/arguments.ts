import { parseArgs } from "node:util";
import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { UsageError } from "./errors.ts";

/** One option of a command, as help shows it. */
export interface OptionDescription {
  /** What stands for the value in help, e.g. `"N"`; left out for a switch. */
  readonly value?: string;
  /** One letter, without its dash. */
  readonly short?: string;
  readonly about: string;
}

export type OptionTable = Readonly<Record<string, OptionDescription>>;

/**
 * Splits a command line into options and positional arguments. The last of an option given twice
 * counts; `--` ends the options.
 *
 * @throws UnknownNameError for an option that the command does not have. @throws UsageError for one
 * without its value, or with one too many.
 */
export function parseArguments<T extends OptionTable>(
  command: string,
  argv: readonly string[],
  options: T,
): Arguments<Extract<keyof T, string>> {
  const known = Object.fromEntries(
    Object.entries(options).map(([name, { value, short }]) => [
      name,
      { type: value === undefined ? "boolean" : "string", ...(short && { short }) } as const,
    ]),
  );
  const values = new Map<string, string | true>();
  const positionals: string[] = [];
  // Not strict: the checks below say what is wrong in this program's words.
  for (const token of parseArgs({
    args: [...argv],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) throw unknownOption(command, token.rawName, options);
    values.set(
      token.name,
      option.value === undefined ? switched(token) : requiredValue(token, option.value),
    );
  }
  return new Arguments(values, positionals);
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function switched({ rawName, value }: OptionToken): true {
  if (value !== undefined)
    throw new UsageError(`${rawName} takes no value, and got ${JSON.stringify(value)}.`);
  return true;
}

function requiredValue({ rawName, value, inlineValue }: OptionToken, placeholder: string): string {
  const looksLikeOption = value !== undefined && !inlineValue && /^-(-|[a-z]$)/i.test(value);
  if (value === undefined || looksLikeOption) {
    const alternative = looksLikeOption
      ? ` If ${JSON.stringify(value)} is meant to be it: ${rawName}=${JSON.stringify(value)}.`
      : "";
    throw new UsageError(`${rawName} needs a value: ${rawName} ${placeholder}.${alternative}`);
  }
  return value;
}

function unknownOption(command: string, asked: string, options: OptionTable): UnknownNameError {
  return new UnknownNameError({
    kind: `"glissade ${command}" option`,
    asked,
    known: Object.keys(options).map((name) => `--${name}`),
  });
}

/**
 * The options and positional arguments of one command line. Each method reads one option as its
 * type; undefined where it was not given.
 */
export class Arguments<Name extends string> {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, string | true>;

  constructor(values: ReadonlyMap<string, string | true>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  /** Whether a switch is set. */
  has(name: Name): boolean {
    return this.#values.has(name);
  }

  text(name: Name): string | undefined {
    const value = this.#values.get(name);
    return value === true ? undefined : value;
  }

  /** A text that must not be empty: a path, a name. */
  nonEmpty(name: Name): string | undefined {
    const value = this.text(name);
    if (value === "") throw this.#invalid(name, value, "a value that is not empty");
    return value;
  }

  /** Decimal digits alone: no sign, fraction or exponent. */
  integer(name: Name, least: number, most: number): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : this.#integerIn(name, value, least, most);
  }

  /** The same for several, separated by commas. */
  integers(name: Name, least: number, most: number): readonly number[] | undefined {
    return this.text(name)
      ?.split(",")
      .map((value) => this.#integerIn(name, value.trim(), least, most));
  }

  /** Digits, at most one decimal point, no exponent. */
  decimal(name: Name, least: number, most = Number.MAX_VALUE): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : this.#decimalIn(name, value, least, most);
  }

  /** The same for several, separated by commas. */
  decimals(name: Name, least: number, most = Number.MAX_VALUE): readonly number[] | undefined {
    return this.text(name)
      ?.split(",")
      .map((value) => this.#decimalIn(name, value.trim(), least, most));
  }

  /** One of a list. @throws UnknownNameError, which lists them and suggests one. */
  choice<Value extends string>(
    name: Name,
    kind: string,
    known: readonly Value[],
  ): Value | undefined {
    const value = this.text(name);
    const chosen = known.find((candidate) => candidate === value);
    if (value !== undefined && chosen === undefined)
      throw new UnknownNameError({ kind, asked: value, known });
    return chosen;
  }

  /** The same for several, separated by commas. */
  choices<Value extends string>(
    name: Name,
    kind: string,
    known: readonly Value[],
  ): readonly Value[] | undefined {
    return this.text(name)
      ?.split(",")
      .map((asked) => {
        const chosen = known.find((candidate) => candidate === asked.trim());
        if (chosen === undefined) throw new UnknownNameError({ kind, asked: asked.trim(), known });
        return chosen;
      });
  }

  #integerIn(name: Name, value: string, least: number, most: number): number {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw this.#invalid(name, value, `a whole number from ${least} to ${most}`);
  }

  #decimalIn(name: Name, value: string, least: number, most: number): number {
    const number = /^\d+(\.\d+)?$|^\.\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw this.#invalid(
      name,
      value,
      most === Number.MAX_VALUE
        ? `a number of at least ${least} such as 3 or 3.5`
        : `a number from ${least} to ${most}`,
    );
  }

  #invalid(name: Name, received: string, expected: string): InvalidArgumentError {
    return new InvalidArgumentError({ argument: `--${name}`, received, expected });
  }
}

/** The entries that have a value: what was not given is left to the callee's defaults. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  }; // Object.entries forgets the names
}
