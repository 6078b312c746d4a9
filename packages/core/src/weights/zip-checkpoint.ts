import { WeightsError } from "@glissade/graph";
import type { ByteSource } from "../bytes/byte-source.ts";
import { crc32 } from "../bytes/crc32.ts";
import {
  type CheckpointContainer,
  maxPickleLength,
  type StorageExtent,
} from "./checkpoint-container.ts";
import { unpickle } from "./pickle.ts";
import { readStoredZip, type StoredEntry } from "./stored-zip.ts";
import { loadStorage, torchGlobals } from "./torch-objects.ts";

/**
 * The container since PyTorch 1.6: a zip with `<name>/data.pkl`, `<name>/data/<key>` for each
 * storage, and notes such as `<name>/byteorder`.
 */
export async function openZipContainer(source: ByteSource): Promise<CheckpointContainer> {
  const { label } = source;
  const entries = await readStoredZip(source);
  const folder = folderOf(entries, label);
  if (entries.has(`${folder}constants.pkl`)) {
    throw new WeightsError({
      file: label,
      reason: "this is a TorchScript program, not a checkpoint of tensors",
      advice: "Save the state dict: torch.save(model.state_dict(), path).",
    });
  }
  const byteOrder = entries.get(`${folder}byteorder`);
  if (
    byteOrder &&
    new TextDecoder().decode(await readSmall(source, byteOrder, "byteorder", 16)) !== "little"
  ) {
    throw new WeightsError({
      file: label,
      reason: "it was written on a big-endian machine",
      advice: "Load and save it again on a little-endian one.",
    });
  }
  const pickle = await readSmall(
    source,
    entries.get(`${folder}data.pkl`),
    "data.pkl",
    maxPickleLength,
  );
  const { value: root } = unpickle(pickle, {
    label,
    globals: torchGlobals(label),
    persistentLoad: (id) => loadStorage(id, label),
  });
  return { root, storages: storagesIn(entries, `${folder}data/`) };
}

/** The archive's one top folder, with its slash. */
function folderOf(entries: ReadonlyMap<string, StoredEntry>, label: string): string {
  const folders = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
  const [pickle] = folders;
  if (pickle === undefined || folders.length > 1) {
    throw new WeightsError({
      file: label,
      reason: `the archive has ${folders.length} data.pkl where a PyTorch checkpoint has one`,
      advice: "This is another kind of zip file.",
    });
  }
  return pickle.slice(0, -"data.pkl".length);
}

async function readSmall(
  source: ByteSource,
  entry: StoredEntry | undefined,
  name: string,
  maxLength: number,
): Promise<Uint8Array> {
  if (!entry || entry.length > maxLength)
    throw new WeightsError({
      file: source.label,
      reason: `${name} has ${entry?.length} bytes, more than the ${maxLength} allowed`,
    });
  const bytes = await source.read(entry.offset, entry.length);
  if (entry.crc32 !== undefined && crc32(bytes) !== entry.crc32) {
    throw new WeightsError({
      file: source.label,
      reason: `${name} does not match its checksum`,
      advice: "The file is damaged: fetch it again.",
    });
  }
  return bytes;
}

function storagesIn(
  entries: ReadonlyMap<string, StoredEntry>,
  prefix: string,
): Map<string, StorageExtent> {
  return new Map(
    [...entries]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, entry]) => [name.slice(prefix.length), entry]),
  );
}
