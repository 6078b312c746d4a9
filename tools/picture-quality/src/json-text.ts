/** Columns of a line, as the repository's formatter has them. */
const lineWidth = 100;

/** JSON as the repository's formatter writes it: short lists on one line, one field a line. */
export function jsonText(value: unknown): string {
  return `${formatted(value, "", 0)}\n`;
}

/** @param before what stands on the line already, and after it a comma */
function formatted(value: unknown, indent: string, before: number): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`;
    const isFlat = value.every((entry) => typeof entry !== "object");
    if (value.length === 0 || (isFlat && before + line.length + 1 <= lineWidth)) return line;
    const entries = value.map((entry) => `${inner}${formatted(entry, inner, inner.length)}`);
    return `[\n${entries.join(",\n")}\n${indent}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => {
    const label = `${inner}${JSON.stringify(name)}: `;
    return `${label}${formatted(field, inner, label.length)}`;
  });
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n${indent}}`;
}
