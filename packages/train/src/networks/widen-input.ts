import { InvalidArgumentError, type Tensor } from "@glissade/core";
import type { TextToImageConfig } from "@glissade/core/networks";
import { sizeOf, tensor } from "@glissade/graph";

/** The name of the convolution that sees the images. */
export const inputWeight = "input_blocks.0.0.weight";

/** The known part of the image, and the mask. */
const inpaintChannels = 4;

/**
 * The first convolution of a network that becomes an inpainting one: the new channels' weights are
 * zeros, so the network predicts what it did before, whatever those channels hold.
 *
 * The network sees [x, known image, mask, low-resolution image] in this order, each channel as all
 * positions of its patch: the new channels come after those of x and before those of an upsampler's
 * small image.
 *
 * @param weight [M, C p^2, 3, 3] of the network as it was
 * @param config of the network as it was
 * @returns [M, (C + 4) p^2, 3, 3]
 * @throws InvalidArgumentError if the weight is not that network's, or it is an inpainting network
 * already.
 * @see Nichol et al. 2021, section 4.3
 */
export function widenInput(
  weight: Tensor,
  { imageChannels, superResolution, inpainting, patchSize }: TextToImageConfig,
): Tensor {
  const positions = patchSize * patchSize;
  const seen = (superResolution ? 2 : 1) * imageChannels * positions;
  const [outputs = 0, inputs = 0, ...kernel] = weight.dims;
  if (inpainting || inputs !== seen)
    throw new InvalidArgumentError({
      argument: inputWeight,
      received: weight.dims,
      expected: `${seen} input channels, those of a network that does not inpaint yet`,
    });
  const area = sizeOf(kernel);
  const [before, after] = [
    imageChannels * positions * area,
    (seen - imageChannels * positions) * area,
  ];
  const [oldRow, newRow] = [before + after, before + inpaintChannels * positions * area + after];
  const widened = tensor([outputs, inputs + inpaintChannels * positions, ...kernel]);
  for (let output = 0; output < outputs; output++) {
    const row = weight.data.subarray(output * oldRow, (output + 1) * oldRow);
    widened.data.set(row.subarray(0, before), output * newRow);
    widened.data.set(row.subarray(before), (output + 1) * newRow - after);
  }
  return widened;
}
