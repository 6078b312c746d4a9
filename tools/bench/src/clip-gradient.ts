import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import type { Backend } from "@glissade/core";
import { openModelFiles } from "@glissade/core/model";
import {
  type ClipConfig,
  clipGuidanceGraph,
  clipImageGraph,
  glideClip,
  parseClipConfig,
} from "@glissade/core/networks";
import { type Task, task } from "./networks.ts";
import { randomWeights } from "./random-weights.ts";
import { measureInTurn, median } from "./statistics.ts";

const usage = `npm run bench -- clip-gradient [--rounds 15] [--batch 2] [--json]

Times the gradient of CLIP guidance beside a forward pass of its image tower, in turn: the published noised CLIP (64x64) and the emoji model's, with random weights.`;

/** What one step of CLIP guidance costs in forward passes of the image tower. */
export async function benchClipGradient(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: "string", default: "15" },
      batch: { type: "string", default: "2" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(usage);
  const [rounds, batch] = [Number(values.rounds), Number(values.batch)];
  const backend = onnx();
  const emoji = parseClipConfig(
    await (await openModelFiles("@glissade/model-emoji")).readJson("clip/config.json"),
  );
  const rows = [];
  for (const [name, config] of Object.entries({
    "GLIDE's noised CLIP": parseClipConfig(glideClip),
    "emoji CLIP": emoji,
  }))
    rows.push({ name, batch, ...(await passesOf(backend, config, batch, rounds)) });
  await backend.dispose();
  if (values.json) for (const row of rows) console.log(JSON.stringify(row));
  else console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])));
}

async function passesOf(backend: Backend, config: ClipConfig, batch: number, rounds: number) {
  const tasks: Task[] = [];
  for (const [
    name,
    graph,
  ] of [["image tower", clipImageGraph(config)], ["gradient", clipGuidanceGraph(config)]] as const) // biome-ignore format: one line
    tasks.push(await task(name, backend, graph, randomWeights(graph), batch));
  const [forward = Number.NaN, gradient = Number.NaN] = (await measureInTurn(tasks, rounds)).map(
    ({ times }) => median(times),
  );
  await Promise.all(tasks.map((each) => each.dispose()));
  return { "ms forward": forward, "ms gradient": gradient, "forward passes": gradient / forward };
}
