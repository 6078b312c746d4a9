import { bytesPerElement, WeightsError } from "@glissade/graph";
import type { ByteSource } from "../bytes/byte-source.ts";
import {
  type CheckpointContainer,
  maxPickleLength,
  type StorageExtent,
} from "./checkpoint-container.ts";
import { unpickle } from "./pickle.ts";
import type { PickleValue } from "./pickle-values.ts";
import { loadStorage, type StorageReference, torchGlobals } from "./torch-objects.ts";

const magicNumber = 0x1950a86a20f9469cfc6cn;
const knownProtocol = 1001;

/**
 * The container before PyTorch 1.6: pickles one after the other (magic number, protocol, machine,
 * the object, the list of storage keys), then each storage in the list's order, its number of
 * elements (64 bits) before its bytes.
 */
export async function openLegacyContainer(source: ByteSource): Promise<CheckpointContainer> {
  const { label } = source;
  const fail = (
    reason: string,
    advice = "The file is truncated or damaged: fetch it again.",
  ): never => {
    throw new WeightsError({ file: label, reason, advice });
  };
  const bytes = await source.read(0, Math.min(source.size, maxPickleLength));
  const referenced = new Map<string, StorageReference>();
  const persistentLoad = (id: PickleValue) => {
    const storage = loadStorage(id, label);
    const known = referenced.get(storage.key);
    if (known && (known.dtype !== storage.dtype || known.length !== storage.length))
      fail(`storage ${JSON.stringify(storage.key)} is described in two ways`);
    referenced.set(storage.key, storage);
    return storage;
  };
  const globals = torchGlobals(label);
  let position = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(bytes, { label, globals, persistentLoad, start: position });
    position = end;
    return value;
  };
  if (next() !== magicNumber)
    fail(
      "this is a Python pickle that torch.save did not write",
      "Save the tensors with torch.save or as safetensors.",
    );
  const protocol = next();
  if (protocol !== knownProtocol)
    fail(
      `it has the protocol ${String(protocol)} and ${knownProtocol} is the one known`,
      "Save it again with a current PyTorch.",
    );
  const machine = next();
  if (!(machine instanceof Map && machine.get("little_endian") === true))
    fail(
      "it was written on a big-endian machine",
      "Load and save it again on a little-endian one.",
    );
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) return fail("it has no list of storages");
  return { root, storages: await locateStorages(source, keys, referenced, position, fail) };
}

async function locateStorages(
  source: ByteSource,
  keys: readonly PickleValue[],
  referenced: ReadonlyMap<string, StorageReference>,
  start: number,
  fail: (reason: string) => never,
): Promise<Map<string, StorageExtent>> {
  const storages = new Map<string, StorageExtent>();
  let position = start;
  for (const key of keys) {
    const storage = typeof key === "string" ? referenced.get(key) : undefined;
    if (!storage || storages.has(storage.key))
      return fail("its list of storages does not fit its tensors");
    const count = await source.read(position, 8);
    const elements = new DataView(count.buffer, count.byteOffset).getBigUint64(0, true);
    if (elements !== BigInt(storage.length))
      return fail(
        `storage ${JSON.stringify(storage.key)} has ${elements} elements where the tensors say ${storage.length}`,
      );
    const length = storage.length * bytesPerElement[storage.dtype];
    if (position + 8 + length > source.size)
      return fail(
        `storage ${JSON.stringify(storage.key)} ends at byte ${position + 8 + length} and the file has ${source.size}`,
      );
    storages.set(storage.key, { offset: position + 8, length });
    position += 8 + length;
  }
  return storages;
}
