import { type GenerateOptions, InvalidArgumentError } from "@glissade/core";

/** A way of guiding, by the name under which its figures are told. */
export interface Setting {
  readonly name: string;
  readonly options: Pick<GenerateOptions, "guidance" | "clipGuidance">;
}

/** Of CLIP guidance, where its name says no other. */
const clipScale = 10;
/** Of classifier-free guidance together with CLIP's. */
const scaleOfBoth = 3;

/** What the study of a model compares. */
export const settingNames = "default,unguided,cfg-1.5,cfg-3,cfg-5,clip,both";

/**
 * `default` is the model's own way; `cfg-S` and `clip-S` guide at scale S.
 *
 * @throws InvalidArgumentError for a name that says no way of guiding
 * @example `settingsOf("default,cfg-3,clip-30")`
 */
export function settingsOf(list: string): Setting[] {
  return [...new Set(list.split(","))].map((entry) => settingOf(entry.trim()));
}

function settingOf(name: string): Setting {
  if (name === "default") return { name, options: {} };
  if (name === "unguided") return { name, options: { guidance: 1 } };
  if (name === "clip") return { name, options: { guidance: 1, clipGuidance: clipScale } };
  if (name === "both") return { name, options: { guidance: scaleOfBoth, clipGuidance: clipScale } };
  const [, kind, scale] = /^(cfg|clip)-(\d+(?:\.\d+)?)$/.exec(name) ?? [];
  if (kind === "cfg") return { name, options: { guidance: Number(scale) } };
  if (kind === "clip") return { name, options: { guidance: 1, clipGuidance: Number(scale) } };
  throw new InvalidArgumentError({
    argument: "--settings",
    received: name,
    expected: `names such as ${settingNames}, cfg-2, clip-30`,
  });
}

/** Whether the settings ask for a CLIP. */
export function needsClip({ options }: Setting): boolean {
  return options.clipGuidance !== undefined;
}
