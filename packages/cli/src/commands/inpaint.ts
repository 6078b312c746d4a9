import { maskFromAlpha, maskFromImage } from "@glissade/core";
import { readSamplingOptions, samplingOptions } from "../asked-options.ts";
import { command } from "../command.ts";
import { UsageError } from "../errors.ts";
import { makePictures } from "../make-pictures.ts";
import { readPictureFile } from "../picture-files.ts";

const options = {
  image: { short: "i", value: "FILE", about: "The PNG file to change. Needed." },
  mask: {
    value: "FILE",
    about: "A PNG file of the same size, white where the picture is to be made anew. Default: where the picture itself is transparent.",
  },
  implicit: { about: "Use the ordinary network even where the model has one for inpainting: it follows the prompt more, and blends in less." },
  ...samplingOptions,
} as const;

export const inpaint = command({
  name: "inpaint",
  about: "Makes a part of a picture anew.",
  usage: '"<prompt>" --image FILE --mask FILE',
  least: 1,
  most: 1,
  hint: 'For example: glissade inpaint "a red hat" --image face.png --mask hat.png',
  options,
  notes: ["Everything that is black in the mask comes back byte for byte, at the picture's own size."],
  examples: ['glissade inpaint "a red hat" --image face.png --mask hat.png', 'glissade inpaint "a tree" --image cut-out.png --count 3 --out trees/'],
  async run(args, context) {
    const asked = readSamplingOptions(args, args.positionals[0] ?? "");
    const file = args.nonEmpty("image");
    if (file === undefined) throw new UsageError("--image is missing: the PNG file to change.");
    const { image, alpha } = await readPictureFile(file);
    const maskFile = args.nonEmpty("mask");
    if (maskFile === undefined && !alpha) throw new UsageError(`${file} is opaque everywhere, so --mask has to say what is to be made anew.`);
    const mask =
      maskFile === undefined ? maskFromAlpha(image.width, image.height, alpha ?? new Uint8Array()) : maskFromImage((await readPictureFile(maskFile)).image);
    const task = { ...asked, image, mask, ...(args.has("implicit") && { implicit: true }) };
    await makePictures(
      args,
      {
        asked,
        task: { width: () => image.width, run: (glide, signal) => glide.streamInpaint({ ...task, signal }) },
        source: { task: "inpaint", image: file, ...(maskFile !== undefined && { mask: maskFile }) },
      },
      context,
    );
  },
});
