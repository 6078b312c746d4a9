/** A model's source with its URLs as texts: they cannot be sent to a worker as they are. */
export function encodeSource(source: unknown): unknown {
  if (source instanceof URL) return { href: source.href };
  if (!isPlainObject(source)) return source;
  return Object.fromEntries(
    Object.entries(source).map(([name, value]) => [name, encodeSource(value)]),
  );
}

export function decodeSource(source: unknown): unknown {
  if (!isPlainObject(source)) return source;
  if (typeof source.href === "string" && Object.keys(source).length === 1)
    return new URL(source.href);
  return Object.fromEntries(
    Object.entries(source).map(([name, value]) => [name, decodeSource(value)]),
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value))
  );
}
