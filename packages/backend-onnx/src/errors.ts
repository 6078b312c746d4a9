import { display, GlissadeError, type ProviderFailure } from "@glissade/core";

/** None of the execution providers that were asked for can be opened on this machine. The message says how to get each. */
export class ProviderUnavailableError extends GlissadeError {
  static override readonly code: string = "ProviderUnavailableError";

  /** The providers asked for, in order. */
  readonly asked: readonly string[];
  /** Why each could not be opened. */
  readonly reasons: readonly ProviderFailure[];

  constructor({ reasons, lastResort, cause }: { reasons: readonly ProviderFailure[]; lastResort: string; cause?: unknown }) {
    const asked = reasons.map(({ provider }) => provider);
    const lines = reasons.map(({ provider, reason, advice }) => `${provider}: ${reason}.${advice ? ` ${advice}` : ""}`);
    const fallback = asked.includes(lastResort) ? "" : ` List "${lastResort}" last to fall back to it: providers: ${JSON.stringify([...asked, lastResort])}.`;
    super(`No execution provider could be opened. ${lines.join(" ")}${fallback}`, { cause });
    this.asked = asked;
    this.reasons = reasons;
  }
}

/** ONNX Runtime is not there: it has no binary for this machine, its files are missing, or the page may not load them. */
export class RuntimeMissingError extends GlissadeError {
  static override readonly code: string = "RuntimeMissingError";
}

/**
 * The graphics device is gone: its driver was restarted, the browser took it away, or the machine slept. What was on it is lost with it.
 *
 * To recover, dispose of the backend and of what was compiled on it, and make another: it opens a device of its own. Sampling begins anew; the same seed makes the same picture.
 */
export class DeviceLostError extends GlissadeError {
  static override readonly code: string = "DeviceLostError";

  /** `"destroyed"` where the backend was disposed of, else `"unknown"`: browsers tell no more. */
  readonly reason: string;

  constructor({ reason, message }: { reason: string; message: string }) {
    super(`The WebGPU device was lost${message ? ` (${message.replace(/[.\s]+$/, "")})` : ""}. Dispose of this backend and make a new one, or use "wasm".`);
    this.reason = reason;
  }
}

/** A tensor is larger than the device can take. */
export class DeviceLimitError extends GlissadeError {
  static override readonly code: string = "DeviceLimitError";

  /** The value of the graph that does not fit. */
  readonly value: string;
  /** Its size, and the largest that there may be, in bytes. */
  readonly bytes: number;
  readonly limit: number;

  constructor({ device, graph, value, bytes, limit }: { device: string; graph: string; value: string; bytes: number; limit: number }) {
    const mebibytes = (count: number) => `${Math.round(count / 2 ** 20)} MiB`;
    super(
      `${graph} needs a tensor of ${mebibytes(bytes)} (${value}), and ${device} takes ${mebibytes(limit)}. Make fewer or smaller pictures at once, or use "wasm".`,
    );
    this.value = value;
    this.bytes = bytes;
    this.limit = limit;
  }
}

/** A device gave nothing but zeros, as faulty graphics drivers do, where a network's output was expected. */
export class EmptyOutputError extends GlissadeError {
  static override readonly code: string = "EmptyOutputError";
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
