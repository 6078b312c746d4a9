import { htmlEscape } from "escape-goat";

/** Markup that is safe to put into a page as it is. */
export interface Html {
  readonly html: string;
}

/**
 * Markup from a template; whatever is put in is escaped, unless it is markup itself. Lists are
 * joined.
 */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  return { html: parts.map((part, index) => part + markupOf(values[index] ?? "")).join("") };
}

/** Markup that is known to be safe. */
export function trusted(text: string): Html {
  return { html: text };
}

function markupOf(value: string | number | Html | readonly Html[]): string {
  if (typeof value === "string" || typeof value === "number") return htmlEscape(String(value));
  return "html" in value ? value.html : value.map(({ html }) => html).join("");
}
