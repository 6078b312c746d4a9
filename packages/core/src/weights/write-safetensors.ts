import type { WeightSource } from "@glissade/graph";
import {
  type AnyTensor,
  byteLength,
  bytesPerElement,
  describeOrThrow,
  InvalidArgumentError,
  partsOf,
  WeightsError,
  weightsFromTensors,
} from "@glissade/graph";
import { fileAccess } from "#file-source";
import type { ByteSink } from "../bytes/byte-source.ts";
import { dtypeNames, maxHeaderLength } from "./safetensors-header.ts";

/** Weights to write: a source, or tensors by name. */
export type WritableWeights =
  | WeightSource
  | Readonly<Record<string, AnyTensor>>
  | ReadonlyMap<string, AnyTensor>;

export interface WriteSafetensorsOptions {
  /** The file's own notes, e.g. `{ format: "pt" }`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Called after each tensor with the bytes of tensors written so far. */
  readonly onProgress?: (progress: {
    readonly tensor: string;
    readonly writtenBytes: number;
    readonly totalBytes: number;
  }) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a `.safetensors` file, tensor by tensor, in parts where the source can be read so, so that
 * never more than one tensor is in memory. The data begins at a multiple of 8 and tensors with
 * larger elements come first, so each is aligned to its element. The file appears at its path when
 * it is complete, or not at all.
 *
 * @throws WeightsError where the file cannot be written or a tensor cannot be read. @throws the
 * signal's reason where aborted.
 * @example `await writeSafetensors("model.safetensors", { "out.bias": tensor([6]) });`
 */
export async function writeSafetensors(
  to: string | ByteSink,
  weights: WritableWeights,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  const source = asSource(weights);
  const plan = planFile(source, options.metadata ?? {});
  const sink = typeof to === "string" ? await fileAccess.create(to) : to;
  try {
    await writePlanned(sink, source, plan, options);
    await sink.finish();
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

/** The same into memory. */
export async function encodeSafetensors(
  weights: WritableWeights,
  options: WriteSafetensorsOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const source = asSource(weights);
  const plan = planFile(source, options.metadata ?? {});
  const encoded = new Uint8Array(plan.header.length + plan.totalBytes);
  let end = 0;
  const sink: ByteSink = {
    async write(bytes) {
      encoded.set(bytes, end);
      end += bytes.length;
    },
    async finish() {},
    async discard() {},
  };
  await writePlanned(sink, source, plan, options);
  return encoded;
}

interface FilePlan {
  /** Names in the order of their data. */
  readonly order: readonly string[];
  /** The length bytes and the JSON, padded with spaces to a multiple of 8. */
  readonly header: Uint8Array;
  readonly totalBytes: number;
}

function planFile(weights: WeightSource, metadata: Readonly<Record<string, string>>): FilePlan {
  if (Object.values(metadata).some((value) => typeof value !== "string"))
    throw new InvalidArgumentError({
      argument: "metadata",
      received: metadata,
      expected: "strings by name",
    });
  const elementSize = (name: string) => bytesPerElement[describeOrThrow(weights, name).dtype];
  // a stable sort: otherwise the given order
  const order = [...weights.names].sort((a, b) => elementSize(b) - elementSize(a));
  const entries: [string, unknown][] =
    Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let totalBytes = 0;
  for (const name of order) {
    if (name === "__metadata__")
      throw new WeightsError({
        tensor: name,
        reason: "the safetensors format keeps this name for its own use",
        advice: "Rename the tensor.",
      });
    const { dtype, dims } = describeOrThrow(weights, name);
    const end = totalBytes + byteLength({ dtype, dims });
    entries.push([
      name,
      { dtype: dtypeNames[dtype], shape: dims, data_offsets: [totalBytes, end] },
    ]);
    totalBytes = end;
  }
  return { order, header: encodeHeader(JSON.stringify(Object.fromEntries(entries))), totalBytes };
}

function encodeHeader(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > maxHeaderLength)
    throw new WeightsError({
      reason: `the header would have ${length} bytes, more than the ${maxHeaderLength} that the format allows`,
    });
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}

async function writePlanned(
  sink: ByteSink,
  weights: WeightSource,
  { order, header, totalBytes }: FilePlan,
  { onProgress, signal }: WriteSafetensorsOptions,
): Promise<void> {
  await sink.write(header);
  let writtenBytes = 0;
  for (const tensor of order) {
    signal?.throwIfAborted();
    const expected = byteLength(describeOrThrow(weights, tensor));
    let given = 0;
    for await (const part of partsOf(weights, tensor)) {
      signal?.throwIfAborted();
      await sink.write(part);
      given += part.length;
    }
    if (given !== expected)
      throw new WeightsError({
        tensor,
        reason: `its source gave ${given} bytes where its shape needs ${expected}`,
      });
    writtenBytes += given;
    onProgress?.({ tensor, writtenBytes, totalBytes });
  }
  signal?.throwIfAborted();
}

function asSource(weights: WritableWeights): WeightSource {
  if (isSource(weights)) return weights;
  return weightsFromTensors(weights);
}

function isSource(weights: WritableWeights): weights is WeightSource {
  return "read" in weights && typeof weights.read === "function";
}
