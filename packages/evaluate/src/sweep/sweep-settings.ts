import {
  type GenerateOptions,
  InvalidArgumentError,
  type SamplerName,
  samplers,
  UnknownNameError,
} from "@glissade/core";
import type { GuidanceStrategy, SweepSetting } from "./sweep-results.ts";

export const guidanceStrategies: readonly GuidanceStrategy[] = ["cfg", "clip"];

/**
 * What is combined with each other: every strategy at each of its scales, with every sampler and
 * number of steps.
 */
export interface SweepAxes {
  readonly strategies: readonly GuidanceStrategy[];
  /** Of each strategy, at least 0. */
  readonly scales: Readonly<Partial<Record<GuidanceStrategy, readonly number[]>>>;
  readonly samplers: readonly string[];
  readonly steps: readonly (number | string)[];
}

/**
 * All settings of a sweep, a curve after the other.
 *
 * @throws InvalidArgumentError where an axis is empty or a scale is no number from 0;
 * UnknownNameError for a strategy or a sampler that does not exist
 */
export function sweepSettings({
  strategies,
  scales,
  samplers: asked,
  steps,
}: SweepAxes): SweepSetting[] {
  for (const [argument, axis] of Object.entries({ strategies, samplers: asked, steps }))
    if (axis.length === 0)
      throw new InvalidArgumentError({ argument, received: axis, expected: "at least one" });
  const settings = strategies.flatMap((strategy) => {
    if (!guidanceStrategies.includes(strategy))
      throw new UnknownNameError({
        kind: "guidance strategy",
        asked: strategy,
        known: guidanceStrategies,
      });
    return asked.flatMap((sampler) =>
      steps.flatMap((count) =>
        scalesOf(strategy, scales).map((scale) => ({
          strategy,
          scale,
          sampler: assertSampler(sampler),
          steps: count,
        })),
      ),
    );
  });
  const names = settings.map(settingName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InvalidArgumentError({
      argument: "scales",
      received: `${twice} twice`,
      expected: "different settings",
    });
  return settings;
}

/** A setting as the command line has it, e.g. `"cfg 3, dpmpp-2m 12"`. */
export function settingName({ strategy, scale, sampler, steps }: SweepSetting): string {
  return `${strategy} ${scale}, ${sampler} ${steps}`;
}

/**
 * The images that a setting is made of, as the name of a folder: both strategies' "no guidance"
 * are the same images.
 */
export function samplesName(setting: SweepSetting): string {
  const guidance = isUnguided(setting) ? "unguided" : `${setting.strategy}-${setting.scale}`;
  return `${guidance}-${setting.sampler}-${setting.steps}`.replace(/[^\w.,-]/g, "_");
}

/** What a pipeline is asked for. */
export function samplingOf(
  setting: SweepSetting,
): Pick<GenerateOptions, "guidance" | "clipGuidance" | "sampler" | "steps"> {
  const { strategy, scale, sampler, steps } = setting;
  const common = { sampler: assertSampler(sampler), steps };
  if (isUnguided(setting)) return { ...common, guidance: 1 };
  return strategy === "cfg"
    ? { ...common, guidance: scale }
    : { ...common, guidance: 1, clipGuidance: scale };
}

/** Whether the scale leaves nothing of its strategy's guidance. */
export function isUnguided({ strategy, scale }: SweepSetting): boolean {
  return scale === (strategy === "cfg" ? 1 : 0);
}

function scalesOf(strategy: GuidanceStrategy, scales: SweepAxes["scales"]): readonly number[] {
  const own = scales[strategy] ?? [];
  if (own.length === 0)
    throw new InvalidArgumentError({
      argument: `scales.${strategy}`,
      received: own,
      expected: "at least one scale",
    });
  const wrong = own.find((scale) => !(Number.isFinite(scale) && scale >= 0));
  if (wrong !== undefined)
    throw new InvalidArgumentError({
      argument: `scales.${strategy}`,
      received: wrong,
      expected: "numbers from 0",
    });
  return own;
}

function assertSampler(asked: string): SamplerName {
  const known = Object.keys(samplers) as SamplerName[]; // Object.keys forgets the names
  const found = known.find((name) => name === asked);
  if (!found) throw new UnknownNameError({ kind: "sampler", asked, known });
  return found;
}
