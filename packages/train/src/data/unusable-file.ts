/**
 * A file, or a part of one, that cannot be used; the message is the reason, as `SkippedFile` tells
 * it. Never leaves this folder, so it is no GlissadeError: the decode worker throws it too, and
 * starts faster without `@glissade/core`.
 */
export class UnusableFile extends Error {}

/**
 * The reason in one short line: what a decoder or the system says may be long, of several lines, or
 * quote bytes of the file.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof UnusableFile) return printable(error.message);
  if (error instanceof Error && "code" in error) {
    if (error.code === "ENOENT") return "there is no such file";
    if (error.code === "EACCES") return "there is no permission to read it";
    if (typeof error.code === "string") return `it cannot be read (${error.code})`;
  }
  return printable(error instanceof Error ? error.message : String(error));
}

/** A file's name fit for a terminal: whoever named it could have put control sequences into it. */
export function printableName(name: string): string {
  return name.replace(/\p{Cc}/gu, "\ufffd");
}

function printable(text: string): string {
  const line = printableName(text.replace(/\s+/gu, " ").trim());
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
