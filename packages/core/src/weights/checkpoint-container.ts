import type { PickleValue } from "./pickle-values.ts";

/** What either container of a checkpoint holds. */
export interface CheckpointContainer {
  /** The saved object, with tensors as views of storages. */
  readonly root: PickleValue;
  readonly storages: ReadonlyMap<string, StorageExtent>;
}

/** Where the bytes of a storage lie in the file. */
export interface StorageExtent {
  readonly offset: number;
  readonly length: number;
  readonly crc32?: number | undefined;
}

/** A thousand tensors take about a hundred kilobytes of pickle. */
export const maxPickleLength = 32 * 2 ** 20;
