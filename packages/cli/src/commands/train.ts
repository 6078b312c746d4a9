import { join } from "node:path";
import { UnknownNameError } from "@glissade/core";
import {
  exportRun,
  measureStep,
  runRecipe,
  stages,
  workerGradients,
  writeRunDescription,
} from "@glissade/train";
import { type Context, command } from "../command.ts";
import { UsageError } from "../errors.ts";
import { jsonText } from "../report.ts";
import { dryRun, stepsIn } from "../train/dry-run.ts";
import { planRun, type RunPlan } from "../train/plan-run.ts";
import { prepareRunFolder } from "../train/run-folder.ts";
import { type TrainArguments, trainOptions } from "../train/train-options.ts";
import { samplingBackend, workerBackend } from "../train/training-backend.ts";

const stageNames = stages.map(({ name }) => name);

export const train = command({
  name: "train",
  about: "Trains and fine-tunes networks, and exports what was trained.",
  usage: "<stage>",
  least: 1,
  most: 2,
  hint: `Give a stage: ${stageNames.join(", ")}; or export.`,
  options: trainOptions,
  notes: [
    `Stages: ${stages.map(({ name, about }) => `${name} ${about}`).join("; ")}. export RUN adds the network of a run to a model folder.`,
    "A run is a function of its seed and recipe: killed and resumed it has the same losses, bit for bit with the same workers and threads. Ctrl-C ends it after the current step, with a checkpoint.",
    "With --minutes the number of steps follows from the speed of the first ones and is then fixed, so that the cool-down ends with the run and a resumed run is the same one. On a machine that slows down it takes longer.",
    "In the run's folder: log.jsonl and TensorBoard's event files, step-*.safetensors (the last two), samples-*.png, report.html, and model/, which glissade generate --model takes if it is a base network.",
  ],
  examples: [
    "glissade train base --data images/ --out runs/base --dry-run",
    "glissade train base --data images/ --out runs/base --minutes 600 --batch 32",
    "glissade train base --out runs/base --resume",
    "glissade train finetune-inpaint --from runs/base --data images/ --out runs/inpaint",
    "glissade train export runs/inpaint --out my-model",
    'glissade generate "a red apple" --model runs/base/model',
  ],
  async run(args, context) {
    const [stage = "", run] = args.positionals;
    if (stage === "export") return exportTrained(run, args, context);
    if (!stageNames.some((name) => name === stage))
      throw new UnknownNameError({
        kind: "training stage",
        asked: stage,
        known: [...stageNames, "export"],
      });
    if (run !== undefined)
      throw new UsageError(
        `"glissade train ${stage}" takes no further argument and got ${JSON.stringify(run)}. Options begin with --.`,
      );
    const plan = await planRun(stage, args, context.signal);
    try {
      if (args.has("dry-run"))
        await dryRun(plan, { measures: !args.has("no-measure"), json: args.has("json") }, context);
      else await runPlan(plan, args, context);
    } finally {
      await plan.data.dispose();
    }
  },
});

async function exportTrained(
  run: string | undefined,
  args: TrainArguments,
  { stdout, signal }: Context,
): Promise<void> {
  const out = args.nonEmpty("out");
  if (run === undefined || out === undefined)
    throw new UsageError("Give a run and a model folder: glissade train export RUN --out MODEL.");
  const average = args.decimal("average", 0);
  const component = await exportRun(run, out, {
    replace: args.has("force"),
    signal,
    ...(average !== undefined && { average }),
  });
  stdout.write(
    args.has("json") ? jsonText({ model: out, component }) : `${join(out, component)}\n`,
  );
}

async function runPlan(
  plan: RunPlan,
  args: TrainArguments,
  { stdout, stderr, signal }: Context,
): Promise<void> {
  const { data, seed, workers, threads, description } = plan;
  const folder = plan.folder ?? "";
  const { prompts, sampleEvery, guidance } = description;
  const checkpointMinutes = args.decimal("checkpoint-minutes", 0);
  await prepareRunFolder(folder);
  const commandLine = `glissade train ${commandText(args)}`;
  const engine = await workerGradients(plan.run.loss, {
    backend: workerBackend(threads),
    workers,
    signal,
  });
  try {
    const run =
      plan.minutes === undefined
        ? plan.run
        : withSteps(
            plan,
            stepsIn(plan.minutes, await measureStep(plan.run, { data, engine, seed, signal })),
          );
    if (!plan.isResumed)
      await writeRunDescription(
        folder,
        { recipe: run.recipe, ...description, command: commandLine },
        run.tokenizer,
      );
    if (!args.has("quiet"))
      stderr.write(
        `${data.description}; ${run.loss.parameters.size.toLocaleString("en")} parameters\n`,
      );
    const { steps } = await runRecipe(run, {
      data,
      engine,
      folder,
      seed,
      backend: samplingBackend(workers * threads),
      resume: args.has("resume"),
      command: commandLine,
      signal,
      ...(prompts && { prompts }),
      ...(sampleEvery !== undefined && { sampleEvery }),
      ...(checkpointMinutes !== undefined && { checkpointMinutes }),
      ...(guidance !== undefined && { guidance }),
      ...(!args.has("quiet") && { output: stderr }),
    });
    const model = join(folder, "model");
    stdout.write(
      args.has("json")
        ? jsonText({
            run: folder,
            model,
            report: join(folder, "report.html"),
            steps,
            skipped: data.skipped,
          })
        : `${model}\n`,
    );
  } catch (error) {
    if (signal.aborted)
      stderr.write(
        `The training so far is kept. Continue with: glissade train ${plan.run.recipe.stage} --out ${folder} --resume\n`,
      );
    throw error;
  } finally {
    await engine.dispose();
  }
}

function withSteps({ run }: RunPlan, steps: number): RunPlan["run"] {
  return { ...run, recipe: { ...run.recipe, steps } };
}

/** The stage and the options, as they can be typed again. */
function commandText(args: TrainArguments): string {
  const options = Object.keys(trainOptions).flatMap((name) => {
    const known = name as keyof typeof trainOptions; // Object.keys forgets the names
    if (!args.has(known)) return [];
    const value = args.text(known);
    return value === undefined
      ? [`--${name}`]
      : [`--${name} ${/^[\w./:=,-]+$/.test(value) ? value : JSON.stringify(value)}`];
  });
  return [...args.positionals, ...options].join(" ");
}
