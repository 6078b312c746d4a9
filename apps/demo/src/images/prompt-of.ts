import type { GenerateSettings } from "@glissade/core";

/** The text that was asked for; empty where there was none. */
export function promptOf({ prompt }: Pick<GenerateSettings, "prompt">): string {
  return typeof prompt === "string" ? prompt : "";
}
