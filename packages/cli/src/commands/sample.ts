import { classOptions, readClassOptions, someSamplingOptions } from "../asked-options.ts";
import { command } from "../command.ts";
import { UsageError } from "../errors.ts";
import { makeImages } from "../make-images.ts";
import { samplingOf } from "../tasks.ts";

export const sample = command({
  name: "sample",
  about: "Draws images of a class with a model of guided-diffusion (ADM).",
  usage: "--model SOURCE --class N",
  least: 0,
  most: 0,
  hint: "The class is a number: glissade sample --model adm-64 --class 207",
  options: {
    ...classOptions,
    model: {
      short: "m",
      value: "SOURCE",
      about: "A folder such as glissade pull adm-64 makes, or the URL of one. Needed.",
    },
    ...someSamplingOptions(
      "out",
      "count",
      "seed",
      "steps",
      "sampler",
      "spacing",
      "backend",
      "provider",
      "threads",
      "preview",
      "enlarge",
      "json",
      "quiet",
    ),
  },
  notes: [
    "A model that knows no classes needs none. Every image carries its settings; glissade reproduce makes it again from them.",
  ],
  examples: [
    "glissade sample --model adm-64 --class 207 --count 4 --out dogs/",
    "glissade sample --model adm-256 --class 207 --scale 1 --sampler ddim --steps 50 --seed 5",
    "glissade sample --model adm-128 --class 1,207,360 --sampler ddim --steps ddim25",
  ],
  async run(args, context) {
    const asked = readClassOptions(args);
    if (args.nonEmpty("model") === undefined)
      throw new UsageError("Say which model draws: --model DIR. glissade pull adm-64 makes one.");
    const classes = args.text("class")?.replaceAll(",", " ");
    await makeImages(
      args,
      {
        asked: { ...asked, prompt: classes === undefined ? "sample" : `class ${classes}` },
        task: samplingOf(asked),
      },
      context,
    );
  },
});
