import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { benchBackends } from "./backends.ts";
import { benchClipGradient } from "./clip-gradient.ts";
import { benchFullSize } from "./full-size.ts";
import { convolutionTasks, emojiTask, fullSizeTask, type Task } from "./networks.ts";
import { measureOverhead } from "./overhead.ts";
import { measureInTurn, median } from "./statistics.ts";
import { benchTraining } from "./training.ts";

const usage = `npm run bench -- train [...]: a training step (each of these has its own --help)
npm run bench -- clip-gradient [...]: the gradient of CLIP guidance
npm run bench -- full-size [...]: a whole generation with networks of the published size
npm run bench -- --backends [...]: backends and providers side by side
npm run bench -- [--rounds N] [--small] [--threads N] [--json]

  --rounds N   counted rounds of the small networks (default 15; the full-size network takes a fifth of them)
  --small      leave the full-size network out (it takes 2 GB of memory and of temporary disk, and about a minute)
  --threads N  threads of ONNX Runtime (default: its own choice)
  --json       one JSON document instead of tables`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "15" },
      small: { type: "boolean", default: false },
      threads: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds >= 1))
    throw new Error(`--rounds is ${values.rounds}; expected a positive integer.\n\n${usage}`);
  const backend = onnx(values.threads === undefined ? {} : { threads: Number(values.threads) });

  const tables = [
    await speedTable(
      "Small networks",
      [...(await convolutionTasks(backend, 2)), await emojiTask(backend, 2)],
      rounds,
    ),
  ];
  if (!values.small)
    tables.push(
      await speedTable(
        "Full size",
        [...(await convolutionTasks(backend, 2)), await fullSizeTask(backend, 2)],
        Math.max(3, Math.round(rounds / 3)),
      ),
    );
  const overheads = await measureOverhead(backend, { rounds: 5, steps: 30 });
  await backend.dispose();

  if (values.json)
    return console.log(
      JSON.stringify(
        {
          node: process.version,
          cpu: cpus()[0]?.model,
          cores: cpus().length,
          provider: backend.provider,
          tables,
          overheads,
        },
        undefined,
        2,
      ),
    );
  console.log(
    `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? "unknown processor"}, ONNX Runtime on ${backend.provider}`,
  );
  for (const { title, rows } of tables) {
    const best = Math.max(...rows.slice(0, -1).map(({ gigaflopsPerSecond }) => gigaflopsPerSecond));
    console.log(
      `\n${title}: a pass of the network beside ONNX Runtime's own convolutions, in turn, medians`,
    );
    console.table(
      Object.fromEntries(
        rows.map(({ name, milliseconds, gigaflopsPerSecond }) => [
          name,
          {
            "ms a pass": round(milliseconds, 2),
            "GFLOP/s": round(gigaflopsPerSecond, 1),
            "of the best convolution": `${Math.round((100 * gigaflopsPerSecond) / best)} %`,
          },
        ]),
      ),
    );
  }
  console.log("\nAround the network (guidance, sampler, noise) a step, emoji model, one image");
  console.table(
    Object.fromEntries(
      overheads.map(({ sampler, stepMilliseconds, share }) => [
        sampler,
        {
          "ms a step": round(stepMilliseconds, 2),
          "outside the network": `${round(100 * share, 2)} %`,
        },
      ]),
    ),
  );
}

interface SpeedTable {
  readonly title: string;
  /** The network is the last row. */
  readonly rows: readonly {
    readonly name: string;
    readonly milliseconds: number;
    readonly gigaflopsPerSecond: number;
  }[];
}

async function speedTable(
  title: string,
  tasks: readonly Task[],
  rounds: number,
): Promise<SpeedTable> {
  const measured = await measureInTurn(tasks, rounds);
  await Promise.all(tasks.map((task) => task.dispose()));
  const rows = measured.map(({ name, times }, i) => ({
    name,
    milliseconds: median(times),
    gigaflopsPerSecond: ((tasks[i]?.gigaflops ?? 0) / median(times)) * 1000,
  }));
  return { title, rows };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

const [first, ...rest] = process.argv.slice(2);
const benches = new Map([
  ["train", benchTraining],
  ["clip-gradient", benchClipGradient],
  ["full-size", benchFullSize],
  ["--backends", benchBackends],
]);
const bench = benches.get(first ?? "");
await (bench ? bench(rest) : main());
