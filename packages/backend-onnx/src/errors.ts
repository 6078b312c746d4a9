import { GlissadeError, reasonOf as runtimeReason } from "@glissade/graph";

/** A tensor is larger than the device can take. */
export class DeviceLimitError extends GlissadeError {
  static override readonly code: string = "DeviceLimitError";

  /** The value of the graph that does not fit. */
  readonly value: string;
  /** Its size, and the largest that there may be, in bytes. */
  readonly bytes: number;
  readonly limit: number;

  constructor({
    device,
    graph,
    value,
    bytes,
    limit,
  }: { device: string; graph: string; value: string; bytes: number; limit: number }) {
    const mebibytes = (count: number) => `${Math.round(count / 2 ** 20)} MiB`;
    super(
      `${graph} needs a tensor of ${mebibytes(bytes)} (${value}), and ${device} takes ${mebibytes(limit)}. Make fewer or smaller images at once, or use "wasm".`,
    );
    this.value = value;
    this.bytes = bytes;
    this.limit = limit;
  }
}

/**
 * A device gave nothing but zeros, as faulty graphics drivers do, where a network's output was
 * expected.
 */
export class EmptyOutputError extends GlissadeError {
  static override readonly code: string = "EmptyOutputError";
}

/**
 * What ONNX Runtime said, on one line, without the place in its source and without its full stop.
 */
export function reasonOf(error: unknown): string {
  return runtimeReason(error).replace(/^\/\S+\.(?:cc|h):\d+ .* was false\. /, "");
}
