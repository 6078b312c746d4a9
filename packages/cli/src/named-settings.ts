import { InvalidArgumentError } from "@glissade/core";

/** A name with options as plain data. */
export interface NamedSettings {
  readonly name: string;
  readonly [option: string]: number | string | boolean | readonly number[];
}

/**
 * A name with options, such as `ddim:eta=0.5` or `classifier-free:scale=5,interval=0..0.8`. Values
 * are numbers, `true` or `false`, and two numbers as `from..to`.
 *
 * @throws InvalidArgumentError for a text of another form
 */
export function parseNamed(text: string | undefined): NamedSettings | undefined {
  if (text === undefined) return undefined;
  const [name = "", ...rest] = text.split(":");
  const options = rest.join(":");
  const pairs = options === "" ? [] : options.split(",");
  return {
    ...Object.fromEntries(
      pairs.map((pair) => {
        const [, option, value] = /^(\w+)=(.+)$/.exec(pair) ?? [];
        if (option === undefined || value === undefined) throw malformed(text);
        return [option, readValue(value, text)];
      }),
    ),
    name,
  };
}

function readValue(value: string, text: string): number | boolean | readonly number[] {
  if (value === "true" || value === "false") return value === "true";
  const numbers = value.split("..").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.length > 2 || !numbers.every(Number.isFinite)) throw malformed(text);
  const [only] = numbers;
  return numbers.length === 1 && only !== undefined ? only : numbers;
}

function malformed(text: string): InvalidArgumentError {
  return new InvalidArgumentError({
    argument: "a name with options",
    received: text,
    expected: "NAME, or NAME:OPTION=VALUE,... such as ddim:eta=0.5",
  });
}
