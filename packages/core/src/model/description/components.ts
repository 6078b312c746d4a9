/**
 * The networks that a model folder can hold, by their folders, each with the class that
 * `model_index.json` names and the folders of its scheduler and of its tokenizer's file. Networks
 * that share a folder share what is in it. `unet` and `classifier` are guided-diffusion's.
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
  unet: { className: "AdmUNet", scheduler: "scheduler", tokenizer: undefined },
} as const satisfies Readonly<
  Record<string, { className: string; scheduler: string; tokenizer: string | undefined }>
>;

export type ModelComponentName = keyof typeof modelComponents;

/** The networks of GLIDE that denoise. */
export const stageNames = [
  "base",
  "base_inpaint",
  "upsampler",
  "upsampler_inpaint",
] as const satisfies readonly ModelComponentName[];
export type StageName = (typeof stageNames)[number];

/** Tokenizers by their folders, with the class that `model_index.json` names. */
export const tokenizerClasses = {
  tokenizer: "GlideTokenizer",
  clip_tokenizer: "ClipTokenizer",
} as const;

/** Paths within a model folder. */
export const modelPaths = {
  index: "model_index.json",
  config: (component: string) => `${component}/config.json`,
  /** Of a network, or of one tower of a CLIP. */
  weights: (folder: string) => `${folder}/model.safetensors`,
  /** Of a trained classifier. */
  classes: (component: string) => `${component}/classes.json`,
  scheduler: (folder: string) => `${folder}/scheduler_config.json`,
  tokenizer: (folder: string) => `${folder}/tokenizer.json`,
} as const;

/** The towers of a CLIP by their folders: the reference keeps them in two files. */
export const clipTowers = { image: "clip/image_encoder", text: "clip/text_encoder" } as const;

/** The folders of a network's weights: one, or a CLIP's two towers. */
export function weightFolders(component: ModelComponentName): readonly string[] {
  return component === "clip" ? Object.values(clipTowers) : [component];
}
