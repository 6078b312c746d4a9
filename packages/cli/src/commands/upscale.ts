import { basename, extname } from "node:path";
import type { GenerateResult, UpscaleResult } from "@glissade/core";
import { readUpscalingOptions, someSamplingOptions } from "../asked-options.ts";
import { command } from "../command.ts";
import { readSourceImage } from "../image-files.ts";
import { makeImages } from "../make-images.ts";
import { glideTask, mapped } from "../tasks.ts";

export const upscale = command({
  name: "upscale",
  about: "Enlarges an image by the model's upsampler.",
  usage: "<image>",
  least: 1,
  most: 1,
  hint: "Give one image, up to 1024 pixels a side.",
  options: {
    prompt: { value: "TEXT", about: "What the image shows. Default: nothing is said." },
    ...someSamplingOptions(
      "out",
      "count",
      "seed",
      "steps",
      "sampler",
      "spacing",
      "guidance",
      "negative",
      "temperature",
      "model",
      "backend",
      "provider",
      "threads",
      "preview",
      "enlarge",
      "json",
      "quiet",
    ),
  },
  notes: ["Images larger than the network's own small ones are enlarged in tiles without seams."],
  examples: [
    'glissade upscale apple.png --prompt "a red apple"',
    "glissade upscale apple.png --steps 10 --count 2 --out larger/",
  ],
  async run(args, context) {
    const [file = ""] = args.positionals;
    const { image } = await readSourceImage(file);
    const asked = readUpscalingOptions(args);
    const prompt = args.nonEmpty("prompt") ?? null;
    await makeImages(
      args,
      {
        asked: { ...asked, prompt: `${basename(file, extname(file))} large` },
        task: glideTask({
          width: (glide) => (image.width * glide.imageSize) / glide.baseSize,
          run: (glide, signal) =>
            mapped(glide.upscale({ ...asked, image, prompt, signal }), asGeneration),
        }),
        source: { task: "upscale", image: file },
      },
      context,
    );
  },
});

/**
 * An upsampler's result in the form of a generation's: all its settings are the upsampler's.
 */
function asGeneration({ images, settings }: UpscaleResult): GenerateResult {
  const { temperature: _, ...own } = settings;
  const none = { dynamicThresholding: undefined, clipGuidance: undefined, keepBest: undefined };
  return {
    images,
    settings: { ...own, ...none, seedMode: "per-image", upscale: settings },
    warnings: [],
  };
}
