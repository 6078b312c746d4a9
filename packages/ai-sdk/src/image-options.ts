import type { SharedV4ProviderOptions, SharedV4Warning } from "@ai-sdk/provider";
import type { SamplerName } from "@glissade/core";

/**
 * What `providerOptions.glissade` takes, and `glissade(modelId, settings)` as this model's
 * defaults. `@glissade/core` checks the values; everything left out is the model's own choice.
 *
 * @example `providerOptions: { glissade: { steps: 30, guidanceScale: 4 } satisfies
 * GlissadeImageOptions }`
 */
export type GlissadeImageOptions = {
  /** The scale of classifier-free guidance: how closely to follow the prompt; 1 is no guidance. */
  readonly guidanceScale?: number;
  /** Steps from noise to image, or a respacing such as `"fast27"`. */
  readonly steps?: number | string;
  readonly sampler?: SamplerName;
  /** What the image should not show. */
  readonly negativePrompt?: string;
  /** With an image and no mask: how much may change, 0 to 1. Default 0.6. */
  readonly strength?: number;
  /**
   * The upsampler's part, or `false` to leave the images as the base network makes them. A `size`
   * that the model makes decides over it.
   */
  readonly upscale?:
    | boolean
    | {
        readonly steps?: number | string;
        readonly sampler?: SamplerName;
        readonly guidance?: number;
        readonly temperature?: number;
      };
  /**
   * Give back only so many of the `n` images: those that fit the prompt best by the model's CLIP,
   * the best first.
   */
  readonly keepBest?: number;
  /** The scale of CLIP guidance, or its options. Default: none. */
  readonly clipGuidance?: number | { readonly scale?: number; readonly through?: "x" | "x0" };
};

const optionNames = {
  guidanceScale: true,
  steps: true,
  sampler: true,
  negativePrompt: true,
  strength: true,
  upscale: true,
  keepBest: true,
  clipGuidance: true,
} as const satisfies Record<keyof GlissadeImageOptions, true>;

/**
 * The options of one call above the model's own settings. What nobody knows is left out, with a
 * warning.
 */
export function readImageOptions(
  settings: GlissadeImageOptions,
  { glissade: asked = {} }: SharedV4ProviderOptions,
): { readonly options: GlissadeImageOptions; readonly warnings: readonly SharedV4Warning[] } {
  const given = Object.entries({
    ...settings,
    ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
  });
  const warnings = given
    .filter(([name]) => !Object.hasOwn(optionNames, name))
    .map(
      ([name]): SharedV4Warning => ({
        type: "unsupported",
        feature: `providerOptions.glissade.${name}`,
        details: `It was left out. Known: ${Object.keys(optionNames).join(", ")}.`,
      }),
    );
  const known = Object.fromEntries(given.filter(([name]) => Object.hasOwn(optionNames, name)));
  return { options: known as GlissadeImageOptions, warnings }; // core checks the values
}
