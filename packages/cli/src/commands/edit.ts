import { maskFromImage } from "@glissade/core";
import { readSamplingOptions, samplingOptions } from "../asked-options.ts";
import { command } from "../command.ts";
import { UsageError } from "../errors.ts";
import { makePictures } from "../make-pictures.ts";
import { readPictureFile } from "../picture-files.ts";

const options = {
  image: { short: "i", value: "FILE", about: "The PNG file to begin with: a sketch or a picture. Needed." },
  strength: { value: "X", about: "How much may change: 0 nothing, 1 everything. Default: 0.6." },
  mask: { value: "FILE", about: "A PNG file of the same size, white where the picture may change. Default: everywhere." },
  ...samplingOptions,
} as const;

export const edit = command({
  name: "edit",
  about: "Changes a picture, or makes one of a sketch (SDEdit).",
  usage: '"<prompt>" --image FILE',
  least: 1,
  most: 1,
  hint: 'For example: glissade edit "a red apple" --image sketch.png',
  options,
  examples: ['glissade edit "a red apple" --image sketch.png', 'glissade edit "a green apple" --image apple.png --strength 0.4 --count 4'],
  async run(args, context) {
    const asked = readSamplingOptions(args, args.positionals[0] ?? "");
    const file = args.nonEmpty("image");
    if (file === undefined) throw new UsageError("--image is missing: the PNG file to begin with.");
    const { image } = await readPictureFile(file);
    const [maskFile, strength = 0.6] = [args.nonEmpty("mask"), args.decimal("strength", 0, 1)];
    const mask = maskFile === undefined ? undefined : maskFromImage((await readPictureFile(maskFile)).image);
    await makePictures(
      args,
      {
        asked,
        task: {
          width: (glide) =>
            mask ? image.width : asked.upscale === false || Math.max(image.width, image.height) <= glide.baseSize ? glide.baseSize : glide.imageSize,
          run: (glide, signal) => glide.streamEdit({ ...asked, image, strength, ...(mask && { mask }), signal }),
        },
        source: { task: "edit", image: file, strength, ...(maskFile !== undefined && { mask: maskFile }) },
      },
      context,
    );
  },
});
