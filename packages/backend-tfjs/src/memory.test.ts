import { setImmediate } from "node:timers/promises";
import { torchGenerator } from "@glissade/core/random";
import {
  type Executable,
  type Graph,
  GraphBuilder,
  sizeOf,
  tensor,
  typedTensor,
  type WeightSource,
  weightsFromTensors,
} from "@glissade/graph";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startedProviders } from "./__fixtures__/started-providers.ts";
import type { TfjsProvider } from "./provider-choice.ts";
import { type TfjsBackend, tfjs } from "./tfjs-backend.ts";

/** Convolutions with something of most kinds between them. */
function imageGraph(): Graph {
  const g = new GraphBuilder();
  const x = g.conv2d(
    g.input("x", ["batch", 8, 8, 8]),
    g.parameter("first", [8, 8, 3, 3]),
    g.parameter("bias", [8]),
    { padding: [1, 1] },
  );
  const normalized = g.groupNorm(
    g.averagePool(x),
    g.parameter("gain", [8]),
    g.parameter("shift", [8]),
    { groups: 4 },
  );
  const rows = g.reshape(g.gelu(normalized), ["batch", 8, 16]);
  const attended = g.matmul(g.softmax(g.matmul(rows, rows, { transposeB: true }), 2), rows);
  const larger = g.upsampleNearest(g.reshape(attended, ["batch", 8, 4, 4]));
  g.output(
    "y",
    g.add(
      g.conv2d(g.silu(larger), g.parameter("second", [8, 8, 3, 3]), undefined, { padding: [1, 1] }),
      x,
    ),
  );
  g.output("rows", rows);
  return g.build();
}

function weightsOf({ parameters }: Graph): WeightSource {
  const random = torchGenerator(1);
  return weightsFromTensors(
    Object.fromEntries(
      parameters.map(({ name, dims }) => [
        name,
        tensor(
          dims,
          random.randn(dims).data.map((value) => value / 8),
        ),
      ]),
    ),
  );
}

/**
 * Matrix products one after another, each by a weight of its own: enough to be computed for many
 * slices of time.
 */
function longGraph(width: number): Graph {
  const g = new GraphBuilder();
  let x = g.input("x", [width, width]);
  for (let layer = 0; layer < 12; layer++)
    x = g.tanh(g.matmul(x, g.parameter(`w${layer}`, [width, width])));
  g.output("y", x);
  return g.build();
}

const images = (batch: number) => torchGenerator(batch).randn([batch, 8, 8, 8]);

/** Width of `longGraph` for runs of half a second. */
const longWidth: Readonly<Partial<Record<TfjsProvider, number>>> = {
  cpu: 192,
  wasm: 768,
  node: 1536,
};

for (const { provider, opened, title } of await startedProviders(["cpu", "wasm", "node"])) {
  describe.skipIf(!opened)(`memory ${title}`, () => {
    const inUse = () => {
      const {
        numTensors = Number.NaN,
        numBytes = Number.NaN,
        numDataBuffers = Number.NaN,
      } = opened?.tf.memory() ?? {};
      return { numTensors, numBytes, numDataBuffers };
    };
    const empty = inUse();
    let backend: TfjsBackend;
    let network: Executable;
    beforeAll(async () => {
      backend = tfjs({ providers: [provider] });
      network = await backend.compile(imageGraph(), weightsOf(imageGraph()));
    });
    afterAll(() => backend.dispose());

    it("holds each weight once, from when a graph is compiled", async () => {
      const { parameters } = imageGraph();
      const before = inUse();
      const other = await backend.compile(imageGraph(), weightsOf(imageGraph()));
      const after = inUse();
      const constants = after.numTensors - before.numTensors - parameters.length;
      expect(constants).toBe(imageGraph().constants.size);
      expect(after.numBytes - before.numBytes).toBe(
        4 * parameters.reduce((sum, { dims }) => sum + sizeOf(dims), constants),
      );
      await other.dispose();
      expect(inUse()).toEqual(before);
    });

    it("is flat over 20 runs of batches of three sizes", async () => {
      const before = inUse();
      for (let run = 0; run < 20; run++) {
        const { y } = await network.run({ x: images(1 + (run % 3)) });
        expect(y?.dims).toEqual([1 + (run % 3), 8, 8, 8]);
        expect(inUse()).toEqual(before);
      }
    });

    it("is flat over runs that are aborted before they begin and while they wait", async () => {
      const before = inUse();
      for (let run = 0; run < 5; run++) {
        await expect(
          network.run({ x: images(1) }, { signal: AbortSignal.abort("never") }),
        ).rejects.toBe("never");
        const controller = new AbortController();
        const [first, second] = [
          network.run({ x: images(1) }),
          network.run({ x: images(2) }, { signal: controller.signal }),
        ];
        controller.abort("enough");
        await expect(second).rejects.toBe("enough");
        expect((await first).y?.dims[0]).toBe(1);
        expect(inUse()).toEqual(before);
      }
    });

    it("is flat over runs that are aborted while they compute, which then stop soon", async () => {
      const width = longWidth[provider] ?? 192;
      const graph = longGraph(width);
      const before = inUse();
      const weight = tensor([width, width], new Float32Array(width ** 2).fill(1 / width));
      const long = await backend.compile(
        graph,
        weightsFromTensors(Object.fromEntries(graph.parameters.map(({ name }) => [name, weight]))),
      );
      const compiled = inUse();
      const held: number[] = [];
      for (let run = 0; run < 3; run++) {
        const controller = new AbortController();
        let ended = false;
        const running = long.run({ x: weight }, { signal: controller.signal }).finally(() => {
          ended = true;
        });
        const outcome = expect(running).rejects.toBe("enough");
        let turns = 0; // of the event loop, of which a run gives one to others now and then
        while (!ended) {
          await setImmediate();
          if (++turns !== 2) continue;
          held.push(inUse().numTensors - compiled.numTensors);
          controller.abort("enough");
        }
        await outcome;
        expect(turns).toBeLessThan(5);
        expect(inUse()).toEqual(compiled);
      }
      expect(Math.min(...held)).toBeGreaterThan(0); // it was in the middle
      // and of what it had computed only the last was still there
      expect(Math.max(...held)).toBeLessThan(4);
      await long.dispose();
      expect(inUse()).toEqual(before);
    });

    it("is flat over runs that fail: in a kernel, and where a number is too large for TensorFlow.js", async () => {
      const before = inUse();
      if (!opened) throw new Error(title);
      const breaking = {
        ...opened.tf,
        tanh: () => {
          throw new Error("it broke");
        },
      };
      const g = new GraphBuilder();
      const x = g.exp(g.input("x", ["batch", 4]));
      g.output(
        "y",
        g.add(
          g.tanh(g.mul(x, g.parameter("w", [4]))),
          g.cast(g.input("t", ["batch", 1], "int64"), "float32"),
        ),
      );
      const broken = await tfjs({ providers: [provider], tf: breaking }).compile(
        g.build(),
        weightsOf(g.build()),
        { name: "the broken one" },
      );
      const sound = await backend.compile(g.build(), weightsOf(g.build()));
      const compiled = inUse();
      const t = (value: bigint) => typedTensor("int64", [1, 1], BigInt64Array.of(value));
      for (let run = 0; run < 5; run++) {
        await expect(broken.run({ x: tensor([1, 4]), t: t(1n) })).rejects.toMatchObject({
          name: "ExecutionError",
          message: expect.stringContaining("the broken one: it broke"),
        });
        await expect(sound.run({ x: tensor([1, 4]), t: t(2n ** 31n) })).rejects.toMatchObject({
          name: "InvalidArgumentError",
          message: expect.stringContaining("2147483648"),
        });
        expect((await sound.run({ x: tensor([1, 4]), t: t(2n ** 31n - 1n) })).y?.data[0]).toBe(
          2 ** 31,
        );
        expect(inUse()).toEqual(compiled);
      }
      await Promise.all([broken.dispose(), sound.dispose()]);
      expect(inUse()).toEqual(before);
    });

    it("is given back where compiling fails: for a missing weight, one that cannot be read, an abort while weights are read", async () => {
      const graph = imageGraph();
      const whole = weightsOf(graph);
      const before = inUse();
      const lacking: WeightSource = {
        ...whole,
        describe: (name) => (name === "second" ? undefined : whole.describe(name)),
      };
      await expect(backend.compile(graph, lacking)).rejects.toMatchObject({
        name: "WeightsError",
        message: expect.stringContaining("second"),
      });
      const unreadable: WeightSource = {
        ...whole,
        read: (name) =>
          name === "second" ? Promise.reject(new Error("the disk is gone")) : whole.read(name),
      };
      await expect(backend.compile(graph, unreadable)).rejects.toThrow("the disk is gone");
      const controller = new AbortController();
      const leaving: WeightSource = {
        ...whole,
        read: (name) => {
          if (name === "second") controller.abort("left");
          return whole.read(name);
        },
      };
      await expect(backend.compile(graph, leaving, { signal: controller.signal })).rejects.toBe(
        "left",
      );
      expect(inUse()).toEqual(before);
      expect(backend.openExecutables).toBe(1);
    });

    it("survives an application's scopes around compiling and around runs", async () => {
      if (!opened) throw new Error(title);
      const { tf } = opened;
      const graph = imageGraph();
      const before = inUse();
      const expected = await network.run({ x: images(1) });
      tf.engine().startScope();
      const scoped = await backend.compile(graph, weightsOf(graph));
      const running = scoped.run({ x: images(1) });
      tf.engine().endScope();
      expect((await running).y?.data).toEqual(expected.y?.data);
      let second: ReturnType<Executable["run"]> | undefined;
      tf.tidy(() => {
        second = scoped.run({ x: images(1) });
      });
      expect((await second)?.y?.data).toEqual(expected.y?.data);
      await scoped.dispose();
      expect(inUse()).toEqual(before);
    });

    it("is all given back with the executables and with the backend, when a run that has begun is through", async () => {
      const running = network.run({ x: images(2) });
      const disposing = backend.dispose();
      expect((await running).y?.dims).toEqual([2, 8, 8, 8]);
      await disposing;
      expect(backend.openExecutables).toBe(0);
      expect(inUse()).toEqual(empty);
    });
  });
}
