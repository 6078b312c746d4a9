import type { AnyTensor, WeightSource } from "@glissade/graph";
import { readAllTensors, WeightsError } from "@glissade/graph";
import type { ByteSource, WeightFile } from "../bytes/byte-source.ts";
import { openByteSource } from "../bytes/open-byte-source.ts";
import { weightsFromLayout } from "./byte-layout.ts";
import {
  maxHeaderLength,
  parseSafetensorsHeader,
  type SafetensorsHeader,
} from "./safetensors-header.ts";

/** Weights in a `.safetensors` file, with the file's own notes. */
export interface SafetensorsSource extends WeightSource {
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a `.safetensors` file. Only the header is read; tensors are read when asked for, and
 * `locate` says where each lies so that a runtime can map it. Format:
 * https://huggingface.co/docs/safetensors.
 *
 * @throws WeightsError where the file is missing, truncated, or its header does not describe it
 * exactly.
 * @example `const weights = await openSafetensors("unet/model.safetensors");`
 */
export async function openSafetensors(source: WeightFile): Promise<SafetensorsSource> {
  return safetensorsFrom(await openByteSource(source));
}

/**
 * Every tensor of a `.safetensors` file, in memory.
 *
 * @throws WeightsError as {@link openSafetensors}.
 */
export async function readSafetensors(
  source: WeightFile,
): Promise<{ tensors: Map<string, AnyTensor>; metadata: Readonly<Record<string, string>> }> {
  const weights = await openSafetensors(source);
  try {
    return { tensors: await readAllTensors(weights), metadata: weights.metadata };
  } finally {
    await weights.dispose();
  }
}

/** The same over an open source, which it closes when disposed or when the file is refused. */
export async function safetensorsFrom(source: ByteSource): Promise<SafetensorsSource> {
  try {
    const { tensors, metadata } = await readHeader(source);
    return { ...weightsFromLayout(source, tensors), metadata };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function readHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const { label, size } = source;
  if (size < 8)
    throw new WeightsError({
      file: label,
      reason: `the file has ${size} bytes, too few for a safetensors file`,
      advice: "Fetch it again.",
    });
  const first = await source.read(0, 8);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > BigInt(maxHeaderLength))
    throw new WeightsError({
      file: label,
      reason: `its header claims ${length} bytes, more than the ${maxHeaderLength} allowed`,
      advice: "This is not a safetensors file.",
    });
  if (8n + length > BigInt(size))
    throw new WeightsError({
      file: label,
      reason: `its header claims ${length} bytes and the file has ${size}`,
      advice: "The file is truncated: fetch it again.",
    });
  return parseSafetensorsHeader(await source.read(8, Number(length)), { label, fileSize: size });
}
