export { ImageSettingsError } from "@glissade/core";
export type { Context, Input, Output } from "./command.ts";
export { CheckpointError, InterruptedError, OutputError, UsageError } from "./errors.ts";
export { main } from "./main.ts";
