export type { Context, Input, Output } from "./command.ts";
export { CheckpointError, InterruptedError, OutputError, PictureSettingsError, UsageError } from "./errors.ts";
export { main } from "./main.ts";
export { decodeRecord, type PictureRecord, settingsKeyword } from "./picture-settings.ts";
