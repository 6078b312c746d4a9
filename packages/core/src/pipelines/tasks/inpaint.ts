import { assertPositiveInteger } from "@glissade/graph";
import type { Mask, RgbImage } from "../../image/index.ts";
import { stageOf } from "../../model/description/read.ts";
import { repaint, repaintSteps } from "../../samplers/index.ts";
import { type SamplingOptions, settle } from "../options/sampling.ts";
import { cascade, type GenerateResult, type PipelineParts, pureNoise } from "../run/cascade.ts";
import type { GenerateStep } from "../run/sampling-loop.ts";
import { assertKnownImage, knownRegion, putBack, withoutNeedlessUpscaling } from "./known-image.ts";

export interface InpaintOptions extends SamplingOptions {
  /** The image, of any size; it is squeezed to the network's square. */
  readonly image: RgbImage;
  /** White where it is to be made anew; of the image's size. */
  readonly mask: Mask;
  /**
   * How the ordinary base network fills in, in a model without an inpainting network (or always,
   * with `implicit`): every stretch of `jumpLength` steps is walked `resamplings` times. Defaults
   * 10 and 5. The sampler is ancestral then, whatever is asked for.
   */
  readonly resampling?: { readonly jumpLength?: number; readonly resamplings?: number };
  /**
   * Use the ordinary base network even where the model has one for inpainting: it follows the
   * prompt more and blends in less.
   */
  readonly implicit?: boolean;
}

/**
 * Makes a part of an image anew. An inpainting network sees the known part and the mask; the known
 * region is put into every predicted image, and the upsampler keeps it too. The result has the
 * image's own size, with everything outside the mask byte for byte as it was.
 *
 * @see Nichol et al. 2021, section 4.3; the inpainting notebook of openai/glide-text2im
 */
export async function* inpaint(
  parts: PipelineParts,
  options: InpaintOptions,
): AsyncGenerator<GenerateStep, GenerateResult, void> {
  const { model } = parts;
  const isImplicit = options.implicit === true || !model.stages.has("base_inpaint");
  const network = stageOf(model, isImplicit ? "base" : "base_inpaint");
  const given = assertKnownImage(options);
  const settled = settle(withoutNeedlessUpscaling(options, given.image, network), model, network);
  const { jumpLength = 10, resamplings = 5 } = options.resampling ?? {};
  assertPositiveInteger("resampling.jumpLength", jumpLength);
  assertPositiveInteger("resampling.resamplings", resamplings);

  const { seeds, diffusion, upscaling } = settled;
  const x = pureNoise(settled);
  const { image, known, denoisedFn } = knownRegion(given, network.imageSize, seeds.length);
  const jumps = { jumpLength, resamplings };
  const start = isImplicit
    ? {
        x,
        steps: repaintSteps(diffusion.numTimesteps - 1, jumps).length,
        sampler: repaint({ known: image, mask: known, ...jumps }),
      }
    : { x, denoisedFn, conditions: { inpaint_image: image, inpaint_mask: known } };
  const result = yield* cascade(parts, settled, start, (side) => {
    const large = knownRegion(given, side, seeds.length);
    return {
      denoisedFn: large.denoisedFn,
      conditions: upscaling?.network.config.inpainting
        ? { inpaint_image: large.image, inpaint_mask: large.known }
        : undefined,
    };
  });
  return putBack(given, result);
}
