import { GlissadeError } from "@glissade/core";
import type * as OnnxRuntime from "onnxruntime-node";

export type Runtime = typeof OnnxRuntime;

export type LogSeverity = 0 | 1 | 2 | 3 | 4;

const levelNames = ["verbose", "info", "warning", "error", "fatal"] as const;

/** onnxruntime-node has no binary for this machine, or it cannot be loaded. */
export class RuntimeMissingError extends GlissadeError {
  static override readonly code: string = "RuntimeMissingError";
}

/**
 * Loads onnxruntime-node when it is first needed: a program that only prints its help does not pay for it.
 *
 * ONNX Runtime prints what it is about to throw; its own log is therefore silent unless a level is asked for. The level is read once in a process,
 * when its first session opens.
 *
 * @throws RuntimeMissingError where the native library cannot be loaded.
 */
export async function loadRuntime(severity: LogSeverity | undefined): Promise<Runtime> {
  try {
    const runtime = await import("onnxruntime-node");
    if (severity !== undefined || runtime.env.logLevel === "warning") runtime.env.logLevel = levelNames[severity ?? 4];
    return runtime;
  } catch (cause) {
    const machine = `${process.platform}/${process.arch}`;
    throw new RuntimeMissingError(
      `onnxruntime-node could not be loaded on ${machine}. It has binaries for linux (glibc), darwin and win32; reinstall it there.`,
      { cause },
    );
  }
}
