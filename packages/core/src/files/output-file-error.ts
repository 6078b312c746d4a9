import { GlissadeError } from "@glissade/graph";

/** What to do about a refusal to write, by the system's code for it. */
const adviceByFault: Readonly<Record<string, string>> = {
  ENOENT: "The folder does not exist: make it first.",
  ENOTDIR: "A part of the path is a file.",
  EISDIR: "A folder of that name exists: choose another name.",
  EACCES: "You may not write there.",
  EPERM: "You may not write there.",
  EROFS: "The disk is read-only.",
  ENOSPC: "The disk is full: free space on it, or choose another disk.",
  EDQUOT: "Your quota on this disk is used up.",
  EFBIG:
    "Files may not become that large here: raise the limit (ulimit -f) or choose another disk.",
  ENAMETOOLONG: "The name is too long.",
};

/** What to do about a refusal to write; `fallback` for a code without advice of its own. */
export function writingAdvice(
  fault: string | undefined,
  fallback = "Choose another place.",
): string {
  return (fault !== undefined && adviceByFault[fault]) || fallback;
}

/**
 * The system's code for a fault, such as `ENOENT` or `EACCES`, also inside the errors that wrap it;
 * undefined if the error is not the system's.
 */
export function systemFault(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  return directFault(error) ?? ("cause" in error ? systemFault(error.cause) : undefined);
}

function directFault(error: object): string | undefined {
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/** A file or folder cannot be written: the disk is full, the folder belongs to someone else. */
export class OutputFileError extends GlissadeError {
  static override readonly code: string = "OutputFileError";

  /** The file or folder, under the name that it was to have. */
  readonly path: string;
  /** The system's code, such as `ENOSPC`. */
  readonly fault: string;
  /** What to do about it. */
  readonly advice: string;

  constructor({ path, fault, cause }: { path: string; fault: string; cause?: unknown }) {
    const advice = writingAdvice(fault);
    super(`${path} cannot be written (${fault}). ${advice}`, { cause });
    this.path = path;
    this.fault = fault;
    this.advice = advice;
  }
}

/**
 * Runs `action`; if the system refuses it, the error names `path`. Other errors pass unchanged.
 *
 * @throws OutputFileError
 */
export async function namingFile<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const fault = typeof cause === "object" && cause !== null ? directFault(cause) : undefined;
    throw fault === undefined ? cause : new OutputFileError({ path, fault, cause });
  }
}
