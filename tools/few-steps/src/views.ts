import type { RgbImage } from "@glissade/core";
import { type ClipNetwork, frechetDistance, type Gaussian, gaussianFit } from "@glissade/evaluate";
import type { Distances } from "./results.ts";
import { tiles } from "./tiles.ts";

/**
 * What CLIP is shown of images: all of each, shrunk where it is larger than CLIP reads, or
 * squares cut from it, which show its texture.
 */
export type View = "whole" | "crops";

/** The distribution of CLIP's features of images. */
export async function fitView(
  features: ClipNetwork,
  view: View,
  images: readonly RgbImage[],
): Promise<Gaussian> {
  return gaussianFit(
    (
      await features.of(
        view === "whole" ? images : images.flatMap((image) => tiles(image, features.side)),
      )
    ).pooled,
  );
}

export function distancesOf(
  images: Gaussian,
  yardstick: Gaussian,
  training: Gaussian | undefined,
): Distances {
  return {
    yardstick: frechetDistance(images, yardstick),
    ...(training && { training: frechetDistance(images, training) }),
  };
}
