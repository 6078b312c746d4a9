import { join } from "node:path";
import { UnknownNameError } from "@glissade/core";
import type { MeasuredDistance } from "@glissade/evaluate";
import { type Context, command } from "../command.ts";
import { UsageError } from "../errors.ts";
import { type EvaluateArguments, evaluateOptions } from "../evaluate/evaluate-options.ts";
import { jsonText } from "../report.ts";

const actions = ["sweep", "compare", "fid"] as const;

export const evaluate = command({
  name: "evaluate",
  about: "Measures images: a sweep over guidance, or one set against another.",
  usage: "<action>",
  least: 1,
  most: 3,
  hint: `Give an action: ${actions.join(", ")}.`,
  options: evaluateOptions,
  notes: [
    "sweep samples captions with every guidance strategy, scale, sampler and number of steps, measures each, and writes report.html with the three plots of GLIDE's figure 6 (precision against recall, Inception score and CLIP score against the Fréchet distance), results.json, results.csv, plots and sample grids. Stopped or killed, it goes on with the same command; at most one batch of 16 images is lost.",
    "compare A B measures the set B against the reference A by everything: Fréchet and kernel distance, precision, recall, density, coverage, diversity, and with --captions CLIP score and R-precision. fid A B prints the Fréchet distance alone. A and B are folders of images, or .npz sample batches of guided-diffusion.",
    "Without --features the numbers are made of CLIP's features and compare only with each other; the literature's FID needs the published Inception weights, a file such as pt_inception-2015-12-05-6726825d.pth.",
  ],
  examples: [
    "glissade evaluate sweep --out runs/sweep --guidance cfg,clip --scales 0,1,1.5,2,3,4,6",
    "glissade evaluate sweep --out runs/quick --samples 50 --steps 10 --guidance cfg --scales 1,3",
    "glissade evaluate sweep --out runs/judged --guidance cfg --scales 1,3 --samplers ddim --steps 20 --export png",
    "glissade arena plain=runs/judged/images/unguided-ddim-20 guided=runs/judged/images/cfg-3-ddim-20",
    "glissade evaluate compare reference.npz samples/ --captions captions.json --json",
    "glissade evaluate fid reference/ samples/ --features pt_inception-2015-12-05-6726825d.pth",
  ],
  async run(args, context) {
    const [action = "", ...sets] = args.positionals;
    const known = actions.find((name) => name === action);
    if (!known) throw new UnknownNameError({ kind: "evaluation", asked: action, known: actions });
    assertSets(known, sets);
    if (known === "sweep") return printSweep(args, context);
    const { compareSets, distanceOfSets } = await import("../evaluate/compare-sets.ts");
    const { measuredText } = await import("../evaluate/measured-text.ts");
    if (known === "fid")
      print(
        await distanceOfSets(sets, args, context),
        ({ metrics }) => `${metrics.fid}\n`,
        args,
        context,
      );
    else print(await compareSets(sets, args, context), measuredText, args, context);
  },
});

function assertSets(action: (typeof actions)[number], sets: readonly string[]): void {
  const expected = action === "sweep" ? 0 : 2;
  if (sets.length === expected) return;
  throw new UsageError(
    expected === 0
      ? `"glissade evaluate sweep" takes no further argument and got ${JSON.stringify(sets[0])}. Options begin with --.`
      : `"glissade evaluate ${action}" takes two sets of images, the reference first, and got ${sets.length}.`,
  );
}

/** The result as JSON or as text, and its notes for people. */
function print<Measured extends MeasuredDistance>(
  measured: Measured,
  text: (measured: Measured) => string,
  args: EvaluateArguments,
  { stdout, stderr }: Context,
): void {
  for (const note of args.has("quiet") ? [] : measured.card.notes) stderr.write(`note: ${note}\n`);
  stdout.write(args.has("json") ? jsonText(measured) : text(measured));
}

async function printSweep(args: EvaluateArguments, context: Context): Promise<void> {
  const { sweep } = await import("../evaluate/sweep.ts");
  const results = await sweep(args, context);
  const [first] = results.settings;
  for (const note of args.has("quiet") ? [] : (first?.card.notes ?? []))
    context.stderr.write(`note: ${note}\n`);
  context.stdout.write(
    args.has("json") ? jsonText(results) : `${join(args.nonEmpty("out") ?? "", "report.html")}\n`,
  );
}
