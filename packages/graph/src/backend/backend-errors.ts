import { display, GlissadeError } from "../errors.ts";
import type { ProviderFailure } from "./backend.ts";

/**
 * None of the execution providers that were asked for can be opened on this machine. The message
 * says how to get each.
 */
export class ProviderUnavailableError extends GlissadeError {
  static override readonly code: string = "ProviderUnavailableError";

  /** The providers asked for, in order. */
  readonly asked: readonly string[];
  /** Why each could not be opened. */
  readonly reasons: readonly ProviderFailure[];

  constructor({
    reasons,
    lastResort,
    cause,
  }: { reasons: readonly ProviderFailure[]; lastResort: string; cause?: unknown }) {
    const asked = reasons.map(({ provider }) => provider);
    const lines = reasons.map(
      ({ provider, reason, advice }) => `${provider}: ${reason}.${advice ? ` ${advice}` : ""}`,
    );
    const fallback = asked.includes(lastResort)
      ? ""
      : ` List "${lastResort}" last to fall back to it: providers: ${JSON.stringify([...asked, lastResort])}.`;
    super(`No execution provider could be opened. ${lines.join(" ")}${fallback}`, { cause });
    this.asked = asked;
    this.reasons = reasons;
  }
}

/**
 * A backend's runtime is not there: it is not installed, has no binary for this machine, its files
 * are missing, or the page may not load them.
 */
export class RuntimeMissingError extends GlissadeError {
  static override readonly code: string = "RuntimeMissingError";
}

/**
 * The graphics device is gone: its driver was restarted, the browser took it away, or the machine
 * slept. What was on it is lost with it.
 *
 * To recover, dispose of the backend and of what was compiled on it, and make another. Sampling
 * begins anew; the same seed makes the same image.
 */
export class DeviceLostError extends GlissadeError {
  static override readonly code: string = "DeviceLostError";

  /** `"destroyed"` where the backend was disposed of, else `"unknown"`: browsers tell no more. */
  readonly reason: string;

  constructor({ reason, message }: { reason: string; message: string }) {
    super(
      `The WebGPU device was lost${message ? ` (${message.replace(/[.\s]+$/, "")})` : ""}. Dispose of this backend and make a new one, or use "wasm".`,
    );
    this.reason = reason;
  }
}

/**
 * A backend follows another version of the contract between Glissade and its backends, or none: the
 * packages were not released together.
 */
export class BackendVersionError extends GlissadeError {
  static override readonly code: string = "BackendVersionError";

  /** The version that the backend states. */
  readonly received: unknown;
  readonly expected: string;

  constructor({
    backend,
    received,
    expected,
  }: { backend: string; received: unknown; expected: string }) {
    const states =
      received === undefined
        ? "states no specificationVersion"
        : `has the specificationVersion ${display(received)}`;
    super(
      `The backend ${display(backend)} ${states}, and this version of Glissade needs ${display(expected)}. Install versions of its package and of @glissade/core that were released together; for a backend of your own, follow the Backend interface of @glissade/graph and set specificationVersion: ${display(expected)}.`,
    );
    this.received = received;
    this.expected = expected;
  }
}

/** A backend's runtime refused a graph, or the graph asks for something that it cannot do. */
export class GraphCompileError extends GlissadeError {
  static override readonly code: string = "GraphCompileError";
}

/**
 * A backend's runtime failed while it ran a graph, e.g. because a row index lies outside its table
 * or memory ran out.
 */
export class ExecutionError extends GlissadeError {
  static override readonly code: string = "ExecutionError";
}

/**
 * What a runtime said, on one line and without its full stop: how a reason stands in a sentence of
 * ours.
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : display(error);
  return message.replace(/\s+/g, " ").replace(/[.\s]+$/, "");
}
