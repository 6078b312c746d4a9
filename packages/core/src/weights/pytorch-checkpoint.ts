import type { WeightSource } from "@glissade/graph";
import {
  type AnyTensor,
  byteLength,
  bytesPerElement,
  readAllTensors,
  sizeOf,
  WeightsError,
} from "@glissade/graph";
import type { ByteSource, WeightFile } from "../bytes/byte-source.ts";
import { openByteSource } from "../bytes/open-byte-source.ts";
import { type TensorLayout, weightsFromLayout } from "./byte-layout.ts";
import type { CheckpointContainer, StorageExtent } from "./checkpoint-container.ts";
import { flattenTensors } from "./flatten-tensors.ts";
import { openLegacyContainer } from "./legacy-checkpoint.ts";
import { pickleStart } from "./pickle-start.ts";
import { isContiguous, spanOf } from "./strided-view.ts";
import type { StridedTensor } from "./torch-objects.ts";
import { openZipContainer } from "./zip-checkpoint.ts";

/**
 * A few bytes can describe a huge tensor (every element the same), or a thousand tensors over one
 * storage. What is read out may be this much larger than the file.
 */
const maxExpansion = 8;
const expansionAllowance = 64 * 2 ** 20;

/**
 * Opens a checkpoint that `torch.save` wrote: the zip container and the one before PyTorch 1.6.
 * Nothing in it is run, and tensors are read when asked for. Names are paths in the saved object,
 * joined by `/`; a state dict's own names are as they are. Views that are not contiguous are
 * gathered.
 *
 * @throws WeightsError where the file is missing, truncated, damaged or malicious; a pickle that
 * asks for anything but tensors is refused by name.
 * @example `const weights = await openCheckpoint("base.pt");`
 */
export async function openCheckpoint(source: WeightFile): Promise<WeightSource> {
  return checkpointFrom(await openByteSource(source));
}

/**
 * Every tensor of a checkpoint, in memory.
 *
 * @throws WeightsError as {@link openCheckpoint}.
 */
export async function readCheckpoint(source: WeightFile): Promise<Map<string, AnyTensor>> {
  const weights = await openCheckpoint(source);
  try {
    return await readAllTensors(weights);
  } finally {
    await weights.dispose();
  }
}

/** The same over an open source, which it closes when disposed or when the file is refused. */
export async function checkpointFrom(source: ByteSource): Promise<WeightSource> {
  try {
    const [first] = await source.read(0, Math.min(source.size, 1));
    const container =
      first === pickleStart ? await openLegacyContainer(source) : await openZipContainer(source);
    return weightsFromLayout(source, layOut(container, source));
  } catch (error) {
    await source.close();
    throw error;
  }
}

function layOut(
  { root, storages }: CheckpointContainer,
  source: ByteSource,
): Map<string, TensorLayout> {
  const layouts = new Map<string, TensorLayout>();
  let total = 0;
  for (const [name, tensor] of flattenTensors(root, source.label)) {
    const layout = layOutTensor(tensor, storages.get(tensor.storage.key), (reason) => {
      throw new WeightsError({
        file: source.label,
        tensor: name,
        reason,
        advice:
          "The file is truncated, damaged or was made to deceive: fetch it again from where you trust.",
      });
    });
    layouts.set(name, layout);
    total += byteLength(layout);
    if (total > maxExpansion * source.size + expansionAllowance) {
      throw new WeightsError({
        file: source.label,
        tensor: name,
        reason: `its tensors would take more than ${maxExpansion} times the ${source.size} bytes of the file`,
        advice: "The file was made to exhaust memory.",
      });
    }
  }
  return layouts;
}

function layOutTensor(
  { storage, offset, dims, strides }: StridedTensor,
  extent: StorageExtent | undefined,
  fail: (reason: string) => never,
): TensorLayout {
  const { dtype, length } = storage;
  const elementSize = bytesPerElement[dtype];
  if (!extent) return fail(`its storage ${JSON.stringify(storage.key)} is not in the file`);
  if (extent.length !== length * elementSize)
    return fail(
      `its storage has ${extent.length} bytes in the file where ${length} elements of ${dtype} need ${length * elementSize}`,
    );
  const elements = sizeOf(dims);
  if (!Number.isSafeInteger(elements * elementSize))
    return fail("its shape has more elements than can be counted");
  if (elements > 0 && offset + spanOf(dims, strides) > length)
    return fail("its view lies outside its storage");
  const place = { dtype, dims, offset: extent.offset + (elements > 0 ? offset * elementSize : 0) };
  if (!isContiguous(dims, strides)) return { ...place, strides };
  return elements === length && extent.crc32 !== undefined
    ? { ...place, crc32: extent.crc32 }
    : place;
}
