import { InvalidArgumentError } from "@glissade/core";

const deepest = 100;

/**
 * Makes sure that a value comes back from JSON as it went in: no NaN, no infinity, no typed array,
 * no date, nothing with a class. Fields that are undefined may be there and are left out.
 *
 * @throws InvalidArgumentError that names the field.
 */
export function assertJson(path: string, value: unknown, depth = 0): void {
  const fail = (expected: string): never => {
    throw new InvalidArgumentError({ argument: path, received: value, expected });
  };
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) fail("a finite number: JSON has no other");
    return;
  }
  if (depth > deepest) fail(`values nested at most ${deepest} deep, without cycles`);
  if (ArrayBuffer.isView(value)) fail("a plain array: give Array.from(values)");
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) assertJson(`${path}[${index}]`, entry, depth + 1);
  } else if (isPlainObject(value)) {
    for (const [key, entry] of Object.entries(value))
      if (entry !== undefined) assertJson(`${path}.${key}`, entry, depth + 1);
  } else
    fail(
      "a value that JSON keeps: null, a boolean, a number, a string, an array or a plain object",
    );
}

/**
 * The leaves of a JSON value by their paths, as JSON: `{ optimizer: { betas: [0.9, 0.999] } }`
 * gives `optimizer.betas`, `[0.9,0.999]`. Lists of plain values stay whole.
 */
export function jsonFields(value: unknown, path = ""): Map<string, string> {
  const children: [string, unknown][] = Array.isArray(value)
    ? value.some(isObject)
      ? value.map((entry, index) => [`${path}[${index}]`, entry])
      : []
    : isObject(value)
      ? Object.entries(value)
          .filter(([, entry]) => entry !== undefined)
          .map(([key, entry]) => [path ? `${path}.${key}` : key, entry])
      : [];
  if (children.length === 0) return new Map([[path, JSON.stringify(value) ?? "undefined"]]);
  return new Map(children.flatMap(([place, entry]) => [...jsonFields(entry, place)]));
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isPlainObject(value: unknown): value is object {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
