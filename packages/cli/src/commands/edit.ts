import { basename, extname } from "node:path";
import { maskFromImage } from "@glissade/core";
import { given } from "../arguments.ts";
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
    about:
      "The image to begin with, a sketch or a photograph: PNG, JPEG, WebP, TIFF, AVIF or GIF. Needed.",
  },
  strength: { value: "X", about: "How much may change: 0 nothing, 1 everything. Default: 0.6." },
  inversion: {
    about:
      "Begin with the image's own noise, found by DDIM, not with other noise: its shapes and colours stay more.",
  },
  "source-prompt": {
    value: "TEXT",
    about: "What the image shows now, for --inversion. Default: nothing is said.",
  },
  mask: {
    value: "FILE",
    about: "An image of the same size, white where the image may change. Default: everywhere.",
  },
  ...samplingOptions,
} as const;

export const edit = command({
  name: "edit",
  about: "Changes an image, or makes one of a sketch (SDEdit).",
  usage: '["<prompt>"] --image FILE',
  least: 0,
  most: 1,
  hint: 'For example: glissade edit "a red apple" --image sketch.png',
  options,
  notes: ["Without a prompt it makes variations of the image."],
  examples: [
    'glissade edit "a red apple" --image sketch.png',
    'glissade edit "a green apple" --image apple.png --inversion --source-prompt "a red apple" --strength 0.8',
    "glissade edit --image apple.png --strength 0.5 --count 4 --out variations/",
  ],
  async run(args, context) {
    const file = args.nonEmpty("image");
    if (file === undefined) throw new UsageError("--image is missing: the image to begin with.");
    const [prompt] = args.positionals;
    const asked = readSamplingOptions(args, prompt ?? `${basename(file, extname(file))} again`);
    const [maskFile, strength = 0.6, sourcePrompt] = [
      args.nonEmpty("mask"),
      args.decimal("strength", 0, 1),
      args.nonEmpty("source-prompt"),
    ];
    if (sourcePrompt !== undefined && !args.has("inversion"))
      throw new UsageError("--source-prompt belongs to --inversion.");
    const { image } = await readSourceImage(file);
    const mask =
      maskFile === undefined ? undefined : maskFromImage((await readSourceImage(maskFile)).image);
    const goesOn = (baseSize: number) =>
      // small images stay small unless someone asks
      asked.upscale ?? Math.max(image.width, image.height) > baseSize;
    const changes = {
      image,
      strength,
      ...given({
        mask,
        start: args.has("inversion") ? ("inversion" as const) : undefined,
        sourcePrompt,
      }),
    };
    await makeImages(
      args,
      {
        asked,
        task: glideTask({
          width: (glide) =>
            mask ? image.width : goesOn(glide.baseSize) ? glide.imageSize : glide.baseSize,
          run: (glide, signal) =>
            glide.imageToImage({
              ...asked,
              ...changes,
              ...(prompt === undefined && { prompt: null }),
              signal,
            }),
        }),
        source: {
          task: "edit",
          image: file,
          ...given({ strength, mask: maskFile, start: changes.start, sourcePrompt }),
        },
      },
      context,
    );
  },
});
