import { display, GlissadeError } from "@glissade/core";

/** None of the execution providers that were asked for can be opened on this machine. The message says how to get each. */
export class ProviderUnavailableError extends GlissadeError {
  static override readonly code: string = "ProviderUnavailableError";

  /** The providers asked for, in order. */
  readonly asked: readonly string[];
  /** Why each could not be opened. */
  readonly reasons: readonly ProviderFailure[];

  constructor({ reasons, cause }: { reasons: readonly ProviderFailure[]; cause?: unknown }) {
    const asked = reasons.map(({ provider }) => provider);
    const lines = reasons.map(({ provider, reason, advice }) => `${provider}: ${reason}.${advice ? ` ${advice}` : ""}`);
    const fallback = asked.includes("cpu") ? "" : ` List "cpu" last to fall back to it: providers: ${JSON.stringify([...asked, "cpu"])}.`;
    super(`No execution provider could be opened. ${lines.join(" ")}${fallback}`, { cause });
    this.asked = asked;
    this.reasons = reasons;
  }
}

/** Why an execution provider was passed over. */
export interface ProviderFailure {
  readonly provider: string;
  /** ONNX Runtime's words, on one line and without a full stop. */
  readonly reason: string;
  /** How to get the provider, where something can be said. */
  readonly advice: string | undefined;
}

/** ONNX Runtime refused a graph, or the graph asks for something that it cannot do. */
export class GraphCompileError extends GlissadeError {
  static override readonly code: string = "GraphCompileError";
}

/** ONNX Runtime failed while it ran a graph, e.g. because a row index lies outside its table or memory ran out. */
export class ExecutionError extends GlissadeError {
  static override readonly code: string = "ExecutionError";
}

/** What ONNX Runtime said, on one line, without the place in its source and without its full stop. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : display(error);
  return message
    .replace(/\s+/g, " ")
    .replace(/^\/\S+\.(?:cc|h):\d+ .* was false\. /, "")
    .replace(/[.\s]+$/, "");
}
