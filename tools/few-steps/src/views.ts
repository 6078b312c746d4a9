import type { RgbImage } from "@glissade/core";
import { type ClipNetwork, frechetDistance, type Gaussian, gaussianFit } from "@glissade/evaluate";
import type { Distances } from "./results.ts";
import { tiles } from "./tiles.ts";

/**
 * What CLIP is shown of pictures: all of each, shrunk where it is larger than CLIP reads, or
 * squares cut from it, which show its texture.
 */
export type View = "whole" | "crops";

/** The distribution of CLIP's features of pictures. */
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
  pictures: Gaussian,
  yardstick: Gaussian,
  training: Gaussian | undefined,
): Distances {
  return {
    yardstick: frechetDistance(pictures, yardstick),
    ...(training && { training: frechetDistance(pictures, training) }),
  };
}
