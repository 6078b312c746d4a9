export type {
  ArrayGroups,
  Checkpoint,
  CheckpointState,
  LoadedCheckpoint,
  NamedArrays,
} from "./checkpoint.ts";
export {
  CheckpointError,
  type CheckpointErrorDetails,
  type CheckpointFault,
} from "./checkpoint-error.ts";
export {
  type CheckpointFile,
  checkpointName,
  listCheckpoints,
  prepareCheckpointFolder,
} from "./checkpoint-files.ts";
export { assertFreeSpace, freeBytesIn } from "./free-space.ts";
export { type LoadCheckpointOptions, latestCheckpoint, loadCheckpoint } from "./load-checkpoint.ts";
export {
  assertSameConfig,
  type ConfigDifference,
  ConfigMismatchError,
  type SameConfigOptions,
} from "./same-config.ts";
export { checkpointBytes, type SaveCheckpointOptions, saveCheckpoint } from "./save-checkpoint.ts";
