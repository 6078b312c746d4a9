import { readSamplingOptions, samplingOptions } from "../asked-options.ts";
import { command } from "../command.ts";
import { makeImages } from "../make-images.ts";
import { generationOf } from "../tasks.ts";

export const generate = command({
  name: "generate",
  about: "Makes images from a prompt.",
  usage: '"<prompt>"',
  least: 1,
  most: 1,
  hint: 'Put the prompt in quotes: glissade generate "a red apple".',
  options: samplingOptions,
  notes: [
    'Every image carries all its settings in the PNG text chunk "glissade"; glissade reproduce makes it again from them.',
  ],
  examples: [
    'glissade generate "a red apple"',
    'glissade generate "a red apple" --count 4 --seed 7 --out apples/',
    'glissade generate "smiling face with sunglasses" --provider cuda,cpu --steps 20 --json',
  ],
  async run(args, context) {
    const asked = readSamplingOptions(args, args.positionals[0] ?? "");
    await makeImages(args, { asked, task: generationOf(asked) }, context);
  },
});
