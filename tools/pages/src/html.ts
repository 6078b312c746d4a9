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
  const written = parts.map((part, index) =>
    index < values.length ? part + markupOf(values[index] ?? "") : part,
  );
  return { html: written.join("") };
}

/** Markup that is known to be safe. */
export function trusted(text: string): Html {
  return { html: text };
}

/**
 * JSON for a `<script type="application/json">`: nothing in it can end the element, and
 * JavaScript's own line ends are escaped too.
 */
export function embeddedJson(value: unknown): Html {
  const escapes: Readonly<Record<string, string>> = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
  };
  return {
    html: JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (found) => escapes[found] ?? ""),
  };
}

function markupOf(value: string | number | Html | readonly Html[]): string {
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return "html" in value ? value.html : value.map(({ html }) => html).join("");
}

function escapeHtml(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (found) => escapes[found] ?? "");
}
