import type { ModelComponentName } from "@glissade/core/model";

/** The networks that training makes, by their folders in a model. */
export type ComponentName = Extract<
  ModelComponentName,
  "base" | "base_inpaint" | "upsampler" | "clip" | "classifier"
>;
