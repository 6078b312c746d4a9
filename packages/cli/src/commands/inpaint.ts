import {
  extendCanvas,
  InvalidArgumentError,
  type Mask,
  maskFromAlpha,
  maskFromImage,
  type RgbImage,
  type SourceRecord,
} from "@glissade/core";
import { type Arguments, given } from "../arguments.ts";
import { readSamplingOptions, samplingOptions } from "../asked-options.ts";
import { command } from "../command.ts";
import { UsageError } from "../errors.ts";
import { readSourceImage } from "../image-files.ts";
import { makeImages } from "../make-images.ts";
import { glideTask } from "../tasks.ts";

const options = {
  image: {
    short: "i",
    value: "FILE",
    about: "The image to change: PNG, JPEG, WebP, TIFF, AVIF or GIF. Needed.",
  },
  mask: {
    value: "FILE",
    about:
      "An image of the same size, white where the image is to be made anew. Default: where the image itself is transparent.",
  },
  extend: {
    value: "N|L,T,R,B",
    about:
      "Outpainting: add so many pixels on every side, or on the left, top, right and bottom, and make those anew. Takes the mask's place.",
  },
  implicit: {
    about:
      "Use the ordinary network even where the model has one for inpainting: it follows the prompt more, and blends in less.",
  },
  ...samplingOptions,
} as const;

export const inpaint = command({
  name: "inpaint",
  about: "Makes a part of an image anew.",
  usage: '"<prompt>" --image FILE [--mask FILE | --extend N]',
  least: 1,
  most: 1,
  hint: 'For example: glissade inpaint "a red hat" --image face.png --mask hat.png',
  options,
  notes: [
    "Everything that is black in the mask comes back byte for byte, at the image's own size.",
  ],
  examples: [
    'glissade inpaint "a red hat" --image face.png --mask hat.png',
    'glissade inpaint "a tree" --image cut-out.png --count 3 --out trees/',
    'glissade inpaint "a lake" --image boat.png --extend 16,0,16,0',
  ],
  async run(args, context) {
    const asked = readSamplingOptions(args, args.positionals[0] ?? "");
    const { image, mask, source } = await readKnownImage(args);
    const task = { ...asked, image, mask, ...(args.has("implicit") && { implicit: true }) };
    await makeImages(
      args,
      {
        asked,
        task: glideTask({
          width: () => image.width,
          run: (glide, signal) => glide.inpaint({ ...task, signal }),
        }),
        source,
      },
      context,
    );
  },
});

/** The image and what of it is to be made anew. */
async function readKnownImage(
  args: Arguments<"image" | "mask" | "extend">,
): Promise<{ image: RgbImage; mask: Mask; source: SourceRecord }> {
  const [file, maskFile, extend] = [
    args.nonEmpty("image"),
    args.nonEmpty("mask"),
    args.text("extend"),
  ];
  if (file === undefined) throw new UsageError("--image is missing: the image to change.");
  if (maskFile !== undefined && extend !== undefined)
    throw new UsageError("--mask and --extend both say what is to be made anew: give one of them.");
  const { image, alpha } = await readSourceImage(file);
  const source = { task: "inpaint" as const, image: file, ...given({ mask: maskFile, extend }) };
  if (extend !== undefined) return { ...extendCanvas(image, readMargins(extend)), source };
  if (maskFile !== undefined)
    return { image, mask: maskFromImage((await readSourceImage(maskFile)).image), source };
  if (!alpha)
    throw new UsageError(
      `${file} is opaque everywhere, so --mask or --extend has to say what is to be made anew.`,
    );
  return { image, mask: maskFromAlpha(image.width, image.height, alpha), source };
}

function readMargins(text: string) {
  if (!/^\d{1,5}(,\d{1,5}){3}$|^\d{1,5}$/.test(text))
    throw new InvalidArgumentError({
      argument: "--extend",
      received: text,
      expected: "a number of pixels, or four: left, top, right, bottom",
    });
  const [left, top = left, right = left, bottom = left] = text.split(",").map(Number);
  return given({ left, top, right, bottom });
}
