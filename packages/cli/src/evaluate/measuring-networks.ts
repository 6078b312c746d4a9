import type { Backend } from "@glissade/core";
import {
  type ClipNetwork,
  type FeatureNetwork,
  openClipNetwork,
  openInceptionFeatures,
} from "@glissade/evaluate";
import { given } from "../arguments.ts";
import { defaultModel, loadModel } from "../model-source.ts";
import { type EvaluateArguments, resizes } from "./evaluate-options.ts";

/**
 * What measures: the network that both sets' features are of, and the CLIP that compares images
 * with captions.
 */
export interface MeasuringNetworks {
  readonly network: FeatureNetwork;
  readonly clip: ClipNetwork;
  dispose(): Promise<void>;
}

export interface OpenMeasuringOptions {
  readonly backend: Backend;
  readonly signal: AbortSignal;
  /** Texts that CLIP takes for classes, where it is the network that measures. */
  readonly classes?: readonly string[];
}

/** Opens Inception where its weights are given, and the model's CLIP in any case. */
export async function openMeasuringNetworks(
  args: EvaluateArguments,
  { backend, signal, classes }: OpenMeasuringOptions,
): Promise<MeasuringNetworks> {
  const weights = args.nonEmpty("features");
  const resize = args.choice("resize", "resize mode", resizes);
  const model = args.nonEmpty("model") ?? defaultModel;
  const clip = await loadModel(
    (source, options) =>
      openClipNetwork(source, {
        ...options,
        ...given({ classes: weights === undefined ? classes : undefined }),
      }),
    model,
    {
      backend,
      signal,
    },
  );
  if (weights === undefined) return { network: clip, clip, dispose: () => clip.dispose() };
  try {
    const network = await openInceptionFeatures(weights, { backend, signal, ...given({ resize }) });
    return {
      network,
      clip,
      dispose: async () => void (await Promise.all([network.dispose(), clip.dispose()])),
    };
  } catch (error) {
    await clip.dispose();
    throw error;
  }
}
