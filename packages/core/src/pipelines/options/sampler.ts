import { InvalidArgumentError } from "@glissade/graph";
import { type GradientRule, type Spacing, spacings } from "../../diffusion/index.ts";
import { type ClassifierFreeOptions, classifierFree, type Guidance } from "../../guidance/index.ts";
import type { GenerationDefaults } from "../../model/description/read.ts";
import { type Sampler, type SamplerName, samplerByName } from "../../samplers/index.ts";

/** How one network of the model samples. */
export interface SamplerOptions {
  /**
   * Network evaluations grow with it: the number of steps, 1 to the length of the training process,
   * or a respacing such as `"fast27"`. Default: the model's own.
   */
  readonly steps?: number | string;
  /** A name (`samplers` lists them) or a sampler made by hand. Default: the model's own. */
  readonly sampler?: SamplerName | Sampler;
  /** How the steps are spread. Default: what suits the sampler. */
  readonly spacing?: Spacing;
  /**
   * The scale of classifier-free guidance (1 = none), its options, or another rule. Default: the
   * model's own scale.
   */
  readonly guidance?: number | ClassifierFreeOptions | Guidance;
}

/** The same, complete and as plain data. */
export interface SamplerSettings {
  readonly steps: number | string;
  /** The sampler's name; `"custom"` for one made by hand. */
  readonly sampler: string;
  readonly spacing: Spacing;
  /** Undefined where the guidance is a rule made by hand or has a schedule. */
  readonly guidance:
    | {
        readonly scale: number;
        readonly interval: readonly [number, number];
        readonly rescale: number;
      }
    | undefined;
}

export interface ResolvedSampler {
  readonly settings: SamplerSettings;
  readonly sampler: Sampler;
  /**
   * How a gradient enters this sampler's steps; that of all but ancestral sampling for one made by
   * hand.
   */
  readonly gradientRule: GradientRule;
  readonly guidance: Guidance;
}

/**
 * Checks the options and fills in what was left out.
 *
 * @throws InvalidArgumentError or UnknownNameError for the first option that is wrong
 */
export function resolveSampler(
  options: SamplerOptions,
  defaults: GenerationDefaults,
  trainingSteps: number,
): ResolvedSampler {
  // samplerByName refuses other names
  const asked = options.sampler ?? (defaults.sampler as SamplerName);
  const entry = typeof asked === "function" ? undefined : samplerByName(asked);
  const spacing = options.spacing ?? entry?.spacing ?? "respacing";
  if (!spacings.includes(spacing))
    throw new InvalidArgumentError({
      argument: "spacing",
      received: spacing,
      expected: `one of ${spacings.join(", ")}`,
    });
  const guidance = resolveGuidance(options.guidance ?? defaults.guidanceScale);
  return {
    settings: {
      steps: assertSteps(options.steps ?? defaultSteps(defaults, spacing), spacing, trainingSteps),
      sampler: typeof asked === "function" ? "custom" : asked,
      spacing,
      guidance: guidance.plain,
    },
    sampler: typeof asked === "function" ? asked : samplerByName(asked).create(),
    gradientRule: entry?.gradientRule ?? "score",
    guidance: guidance.rule,
  };
}

/**
 * The model's own number of steps; that of its respacing where the steps are spread in another way,
 * e.g. 27 for "fast27".
 */
function defaultSteps({ steps }: GenerationDefaults, spacing: Spacing): number | string {
  const count =
    typeof steps === "string" && spacing !== "respacing"
      ? /^(?:fast|ddim)?(\d+)$/.exec(steps)?.[1]
      : undefined;
  return count === undefined ? steps : Number(count);
}

function assertSteps(steps: unknown, spacing: Spacing, trainingSteps: number): number | string {
  // respacing has its own grammar and errors
  if (typeof steps === "string" && spacing === "respacing") return steps;
  if (typeof steps === "number" && Number.isInteger(steps) && steps >= 1 && steps <= trainingSteps)
    return steps;
  const alternative =
    spacing === "respacing" ? ', or a respacing such as "fast27"' : ` with ${spacing} spacing`;
  throw new InvalidArgumentError({
    argument: "steps",
    received: steps,
    expected: `an integer from 1 to ${trainingSteps}${alternative}`,
  });
}

function resolveGuidance(guidance: unknown): {
  rule: Guidance;
  plain: SamplerSettings["guidance"];
} {
  if (isGuidance(guidance)) return { rule: guidance, plain: undefined };
  if (typeof guidance !== "number" && (typeof guidance !== "object" || guidance === null)) {
    throw new InvalidArgumentError({
      argument: "guidance",
      received: guidance,
      expected: "a scale, options of classifier-free guidance, or a guidance rule",
    });
  }
  const options: ClassifierFreeOptions =
    typeof guidance === "number" ? { scale: guidance } : guidance;
  const { scale = 3, interval = [0, 1], rescale = 0 } = options;
  return {
    rule: classifierFree(options),
    plain:
      typeof scale === "number"
        ? { scale, interval: [interval[0], interval[1]], rescale }
        : undefined,
  };
}

function isGuidance(value: unknown): value is Guidance {
  return (
    typeof value === "object" &&
    value !== null &&
    "combine" in value &&
    typeof value.combine === "function" &&
    "plan" in value &&
    typeof value.plan === "function"
  );
}
