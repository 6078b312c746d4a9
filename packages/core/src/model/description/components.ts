/**
 * The networks that a model folder can hold, by their folders, each with the class that
 * `model_index.json` names and the folders of its scheduler and of its tokenizer's file. Networks
 * that share a folder share what is in it.
 */
export const modelComponents = {
  base: { className: "Text2ImUNet", scheduler: "scheduler", tokenizer: "tokenizer" },
  base_inpaint: { className: "InpaintText2ImUNet", scheduler: "scheduler", tokenizer: "tokenizer" },
  upsampler: {
    className: "SuperResText2ImUNet",
    scheduler: "upsampler_scheduler",
    tokenizer: "tokenizer",
  },
  upsampler_inpaint: {
    className: "SuperResInpaintText2ImUNet",
    scheduler: "upsampler_scheduler",
    tokenizer: "tokenizer",
  },
  clip: { className: "NoisedClip", scheduler: "scheduler", tokenizer: "clip_tokenizer" },
  classifier: { className: "NoisedClassifier", scheduler: "scheduler", tokenizer: undefined },
} as const satisfies Readonly<
  Record<string, { className: string; scheduler: string; tokenizer: string | undefined }>
>;

export type ModelComponentName = keyof typeof modelComponents;

/** Those that denoise. */
export const stageNames = [
  "base",
  "base_inpaint",
  "upsampler",
  "upsampler_inpaint",
] as const satisfies readonly ModelComponentName[];
export type StageName = (typeof stageNames)[number];
