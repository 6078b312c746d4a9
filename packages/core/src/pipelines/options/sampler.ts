import { InvalidArgumentError } from "@glissade/graph";
import { type GradientRule, type Spacing, spacings } from "../../diffusion/index.ts";
import {
  type ClassifierFreeOptions,
  classifierFree,
  type Guidance,
  type GuidanceSettings,
  guidanceByName,
  type NamedGuidance,
} from "../../guidance/index.ts";
import type { GenerationDefaults } from "../../model/description/read.ts";
import {
  type NamedSampler,
  type Sampler,
  type SamplerName,
  type SamplerSpecification,
  samplerByName,
  samplerFrom,
} from "../../samplers/index.ts";

/** How one network of the model samples. */
export interface SamplerOptions {
  /**
   * Network evaluations grow with it: the number of steps, 1 to the length of the training process,
   * or a respacing such as `"fast27"`. Default: the model's own.
   */
  readonly steps?: number | string;
  /**
   * A name (`samplers` lists them), a name with options such as `{ name: "ddim", eta: 0.5 }`, or a
   * sampler made by hand. Default: the model's own.
   */
  readonly sampler?: SamplerName | NamedSampler | Sampler;
  /** How the steps are spread. Default: what suits the sampler. */
  readonly spacing?: Spacing;
  /**
   * The scale of classifier-free guidance (1 = none), a rule's name with options (`guidanceRules`
   * lists them) such as `{ name: "adaptive-projected", scale: 8 }`, or a rule made by hand. Options
   * without a name are classifier-free guidance's. Default: the model's own scale.
   */
  readonly guidance?: number | NamedGuidance | ClassifierFreeOptions | Guidance;
}

/** The same, complete and as plain data. */
export interface SamplerSettings {
  readonly steps: number | string;
  /** The sampler's name, with its options if there were any; `"custom"` for one made by hand. */
  readonly sampler: string | SamplerSpecification;
  readonly spacing: Spacing;
  /** Undefined if the guidance is a rule made by hand or has a schedule. */
  readonly guidance: GuidanceSettings | undefined;
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
  const entry =
    typeof asked === "function"
      ? undefined
      : samplerByName(typeof asked === "object" && asked !== null ? asked.name : asked);
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
      sampler: plainSampler(asked),
      spacing,
      guidance: guidance.settings,
    },
    sampler: typeof asked === "function" ? asked : samplerFrom(asked),
    gradientRule: entry?.gradientRule ?? "score",
    guidance,
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

function plainSampler(asked: SamplerName | NamedSampler | Sampler): SamplerSettings["sampler"] {
  if (typeof asked === "function") return "custom";
  if (typeof asked === "string") return asked;
  const { name, ...options } = asked;
  return Object.keys(options).length === 0 ? name : { name, ...options };
}

function resolveGuidance(guidance: unknown): Guidance {
  if (isGuidance(guidance)) return guidance;
  if (typeof guidance === "number") return classifierFree({ scale: guidance });
  if (typeof guidance !== "object" || guidance === null)
    throw new InvalidArgumentError({
      argument: "guidance",
      received: guidance,
      expected: "a scale, a rule's name with its options, or a guidance rule",
    });
  return guidanceByName({ name: "classifier-free", ...guidance });
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
