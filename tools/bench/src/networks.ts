import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnyTensor, Backend } from "@glissade/core";
import { openModelFiles } from "@glissade/core/model";
import { glideBase, parseTextToImageConfig, textToImageGraph } from "@glissade/core/networks";
import { openSafetensors, writeSafetensors } from "@glissade/core/weights";
import {
  countFlops,
  type Executable,
  type Graph,
  GraphBuilder,
  sizeOf,
  tensor,
  type WeightSource,
} from "@glissade/graph";
import { randomWeights } from "./random-weights.ts";

/** Something to time: a compiled graph with inputs of one batch, and its arithmetic. */
export interface Task {
  readonly name: string;
  readonly gigaflops: number;
  readonly run: () => Promise<unknown>;
  readonly dispose: () => Promise<void>;
}

/** Enough that what happens once a run (copies in and out, the change of layout) does not count. */
const convolutionsInARow = 8;

/**
 * ONNX Runtime's own speed at its best: convolutions with constant weights, and nothing else, in
 * the shapes that the networks use most.
 */
export async function convolutionTasks(backend: Backend, batch: number): Promise<Task[]> {
  const shapes = [
    [64, 32],
    [192, 64],
    [384, 32],
    [576, 16],
    [768, 8],
  ] as const;
  return Promise.all(
    shapes.map(async ([channels, side]) => {
      const g = new GraphBuilder();
      let x = g.input("x", ["batch", channels, side, side]);
      for (let i = 0; i < convolutionsInARow; i++) {
        x = g.conv2d(
          x,
          g.parameter(`${i}.weight`, [channels, channels, 3, 3]),
          g.parameter(`${i}.bias`, [channels]),
          { padding: [1, 1] },
        );
      }
      g.output("y", x);
      return task(
        `${convolutionsInARow} 3x3 convolutions, ${channels} channels, ${side}x${side}`,
        backend,
        g.build(),
        randomWeights(g.build()),
        batch,
      );
    }),
  );
}

/** The embedded model's U-Net with its own weights. */
export async function emojiTask(backend: Backend, batch: number): Promise<Task> {
  const files = await openModelFiles("@glissade/model-emoji");
  const config = parseTextToImageConfig(await files.readJson("base/config.json"));
  const side = config.imageSize ?? 0;
  const weights = await files.openWeights("base/model.safetensors");
  try {
    return await task(
      `emoji base U-Net, ${side}x${side}`,
      backend,
      textToImageGraph(config, { height: side, width: side }),
      weights,
      batch,
    );
  } finally {
    await weights.dispose();
  }
}

/**
 * The published base model's U-Net, 308 million parameters, with random weights from a file as a
 * converted checkpoint has them.
 */
export async function fullSizeTask(backend: Backend, batch: number): Promise<Task> {
  const graph = textToImageGraph(parseTextToImageConfig(glideBase), { height: 64, width: 64 });
  const folder = await mkdtemp(join(tmpdir(), "glissade-bench-"));
  const file = join(folder, "model.safetensors");
  await writeSafetensors(file, randomWeights(graph));
  const weights = await openSafetensors(file);
  const compiled = await task("full-size base U-Net, 64x64", backend, graph, weights, batch);
  await weights.dispose();
  return {
    ...compiled,
    dispose: async () => {
      await compiled.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function task(
  name: string,
  backend: Backend,
  graph: Graph,
  weights: WeightSource,
  batch: number,
): Promise<Task> {
  const executable: Executable = await backend.compile(graph, weights, { name });
  const inputs = Object.fromEntries(
    graph.inputs.map((input) => [
      input.name,
      ordinaryNumbers(input.dims.map((dim) => (typeof dim === "number" ? dim : batch))),
    ]),
  );
  return {
    name: `${name}, batch ${batch}`,
    gigaflops: countFlops(graph, { batch }) / 1e9,
    run: () => executable.run(inputs),
    dispose: () => executable.dispose(),
  };
}

function ordinaryNumbers(dims: readonly number[]): AnyTensor {
  return tensor(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i * 0.7)),
  );
}
