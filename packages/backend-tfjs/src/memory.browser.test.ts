import {
  type Executable,
  type Graph,
  GraphBuilder,
  sizeOf,
  tensor,
  type WeightSource,
  weightsFromTensors,
} from "@glissade/graph";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TfjsBackend, tfjs } from "./tfjs-backend.ts";

/** Two convolutions with a normalisation and attention between them. */
function imageGraph(): Graph {
  const g = new GraphBuilder();
  const padding = [1, 1] as const;
  const x = g.conv2d(
    g.input("x", ["batch", 8, 16, 16]),
    g.parameter("a", [8, 8, 3, 3]),
    g.parameter("bias", [8]),
    { padding },
  );
  const normalized = g.silu(
    g.groupNorm(x, g.parameter("gain", [8]), g.parameter("shift", [8]), { groups: 4 }),
  );
  const rows = g.reshape(g.averagePool(normalized), ["batch", 8, 64]);
  const attended = g.matmul(rows, g.softmax(g.matmul(rows, rows, { transposeA: true }), 2));
  const larger = g.upsampleNearest(g.reshape(attended, ["batch", 8, 8, 8]));
  g.output("y", g.add(g.conv2d(larger, g.parameter("b", [8, 8, 3, 3]), undefined, { padding }), x));
  return g.build();
}

const graph = imageGraph();
const images = (batch: number) =>
  tensor([batch, 8, 16, 16], new Float32Array(batch * 8 * 256).fill(1));

function weightsOf({ parameters }: Graph): WeightSource {
  return weightsFromTensors(
    Object.fromEntries(
      parameters.map(({ name, dims }) => [
        name,
        tensor(dims, new Float32Array(sizeOf(dims)).fill(0.1)),
      ]),
    ),
  );
}

/**
 * What TensorFlow.js counts on its active backend: bytes in use, and bytes of everything on the
 * device, kept for later tensors or in use.
 */
interface Counted extends tf.MemoryInfo {
  readonly numBytesInGPU: number;
  readonly numBytesInGPUAllocated?: number; // WebGL's name
  readonly numBytesAllocatedInGPU?: number; // WebGPU's name
}

function inUse() {
  const {
    numTensors: tensors,
    numBytesInGPU: bytes,
    numBytesInGPUAllocated,
    numBytesAllocatedInGPU,
  } = tf.memory() as Counted; // of a graphics device
  return { tensors, bytes, allocated: numBytesInGPUAllocated ?? numBytesAllocatedInGPU };
}

const distinct = (seen: readonly object[]) => [
  ...new Set(seen.map((entry) => JSON.stringify(entry))),
];

describe.each(["webgl", "webgpu"] as const)("memory on %s", (provider) => {
  let backend: TfjsBackend;
  let network: Executable;
  beforeAll(async () => {
    backend = tfjs({ providers: [provider] });
    network = await backend.compile(graph, weightsOf(graph));
    await tf.setBackend(provider); // whose own numbers are read
  });
  afterAll(() => backend.dispose());

  it("is flat over 20 runs of batches of two sizes, every fifth aborted, on the device too", async () => {
    const seen: ReturnType<typeof inUse>[] = [];
    for (let run = 0; run < 20; run++) {
      const controller = new AbortController();
      const x = images(1 + (run % 2));
      const running = network.run({ x }, { signal: controller.signal });
      if (run % 5 === 4) {
        controller.abort("enough");
        await expect(running).rejects.toBe("enough");
      } else {
        expect((await running).y?.dims).toEqual(x.dims);
      }
      seen.push(inUse());
    }
    expect(seen.at(-1)?.bytes).toBeGreaterThanOrEqual(4 * 2 * 8 * 8 * 9);
    // the images of a run among them
    expect(seen.at(-1)?.allocated).toBeGreaterThan(4 * 2 * 8 * 256);
    expect(distinct(seen.map(({ tensors, bytes }) => ({ tensors, bytes })))).toHaveLength(1);
    expect(distinct(seen.slice(6))).toHaveLength(1);
  });

  it("is flat over networks that are compiled, run and disposed of beside another", async () => {
    const seen: ReturnType<typeof inUse>[] = [];
    for (let count = 0; count < 6; count++) {
      const other = await backend.compile(graph, weightsOf(graph));
      if (count % 3 !== 2) await other.run({ x: images(1) });
      await other.dispose();
      seen.push(inUse());
    }
    expect(distinct(seen.slice(2))).toHaveLength(1);
  });

  it("has no tensor left when the backend is disposed of", async () => {
    await backend.dispose();
    expect(inUse().tensors).toBe(0);
  });
});
