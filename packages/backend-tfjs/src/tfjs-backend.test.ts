import {
  DisposedError,
  ExecutionError,
  type Graph,
  GraphBuilder,
  GraphCompileError,
  InvalidArgumentError,
  tensor,
  typedTensor,
  weightsFromTensors,
} from "@glissade/graph";
import { testRefusedInputs } from "@glissade/graph/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, it } from "vitest";
import { startedProviders } from "./__fixtures__/started-providers.ts";
import { tfjs } from "./tfjs-backend.ts";

const noWeights = weightsFromTensors({});

/** y = softmax(x^T x) for each item of a batch. */
function gramGraph(): Graph {
  const g = new GraphBuilder();
  const x = g.input("x", ["batch", 96, 80]);
  g.output("y", g.softmax(g.matmul(x, x, { transposeA: true }), 2));
  return g.build();
}

function waves(dims: readonly number[]) {
  return tensor(
    dims,
    Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * 0.37) / 4),
  );
}

const int64 = (values: readonly number[]) =>
  typedTensor("int64", [values.length], BigInt64Array.from(values, BigInt));

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

for (const { provider, opened, title } of await startedProviders(["cpu", "wasm", "node"])) {
  describe.skipIf(!opened)(`running ${title}`, () => {
    const backend = tfjs({ providers: [provider] });
    afterAll(() => backend.dispose());

    it("gives the same bits twice, and from another compilation", async () => {
      const executable = await backend.compile(gramGraph(), noWeights);
      const x = waves([3, 96, 80]);
      const [first, second] = [await executable.run({ x }), await executable.run({ x })];
      expect(first.y?.data).toEqual(second.y?.data);
      expect((await (await backend.compile(gramGraph(), noWeights)).run({ x })).y?.data).toEqual(
        first.y?.data,
      );
    });

    it("leaves inputs as they are and gives results memory of their own", async () => {
      const g = new GraphBuilder();
      const [x, w] = [g.input("x", ["batch", 3]), g.parameter("w", [1, 3])];
      g.output("same", x);
      g.output("weight", w);
      g.output("reshaped", g.reshape(x, ["batch", 3, 1]));
      g.output("whole", g.cast(x, "int64"));
      const executable = await backend.compile(
        g.build(),
        weightsFromTensors({ w: tensor([1, 3], [7, 8, 9]) }),
      );
      const given = tensor([1, 3], [1, -2, 3]);
      const first = await executable.run({ x: given });
      expect(first).toEqual({
        same: tensor([1, 3], [1, -2, 3]),
        weight: tensor([1, 3], [7, 8, 9]),
        reshaped: tensor([1, 3, 1], [1, -2, 3]),
        whole: typedTensor("int64", [1, 3], BigInt64Array.of(1n, -2n, 3n)),
      });
      // whoever has results may write into them
      for (const { data } of Object.values(first))
        data instanceof BigInt64Array ? data.fill(0n) : data.fill(0);
      expect(given.data).toEqual(Float32Array.of(1, -2, 3));
      const second = await executable.run({ x: given });
      expect(second.weight?.data).toEqual(Float32Array.of(7, 8, 9));
      given.data.fill(5);
      expect(second.same?.data).toEqual(Float32Array.of(1, -2, 3));
      expect((await executable.run({ x: given })).reshaped?.data).toEqual(Float32Array.of(5, 5, 5));
    });

    it("takes part of a larger array as an input", async () => {
      const g = new GraphBuilder();
      g.output("y", g.add(g.input("x", ["batch"]), 1));
      const executable = await backend.compile(g.build(), noWeights);
      const { y } = await executable.run({
        x: tensor([2], Float32Array.of(9, 5, 6, 9).subarray(1, 3)),
      });
      expect([...(y?.data ?? [])]).toEqual([6, 7]);
    });

    it("answers runs that were started together, each with its own result, on two backends as well", async () => {
      const other = tfjs({ providers: [provider] });
      const [executable, beside] = [
        await backend.compile(gramGraph(), noWeights),
        await other.compile(gramGraph(), noWeights),
      ];
      const inputs = [1, 2, 3].map((batch) => waves([batch, 96, 80]));
      const together = await Promise.all([
        ...inputs.map((x) => executable.run({ x })),
        ...inputs.map((x) => beside.run({ x })),
      ]);
      expect(together.map(({ y }) => y?.dims[0])).toEqual([1, 2, 3, 1, 2, 3]);
      const alone = await executable.run({ x: waves([3, 96, 80]) });
      expect(together[2]?.y?.data).toEqual(alone.y?.data);
      expect(together[5]?.y?.data).toEqual(alone.y?.data);
      await other.dispose();
    });

    it("reads half-precision weights as the numbers that they are", async () => {
      const g = new GraphBuilder();
      g.output("y", g.mul(g.input("x", ["batch", 3]), g.parameter("w", [3])));
      const halves = {
        dtype: "float16",
        dims: [3],
        data: Uint16Array.of(0x3c00, 0xc100, 0x0001),
      } as const; // 1, -2.5, 2^-24
      const executable = await backend.compile(g.build(), weightsFromTensors({ w: halves }));
      expect((await executable.run({ x: tensor([1, 3], [1, 1, 1]) })).y?.data).toEqual(
        Float32Array.of(1, -2.5, 2 ** -24),
      );
    });

    it("refuses rows that a table does not have, whatever is computed on the way to them, before it runs", async () => {
      const g = new GraphBuilder();
      const [rows, steps] = [g.input("rows", ["batch"], "int64"), g.input("steps", ["batch"])];
      const table = g.constant(tensor([2, 1], [1, 2]));
      g.output("read", g.gather(table, g.reshape(rows, ["batch", 1])));
      g.output("converted", g.gather(table, g.cast(steps, "int64")));
      g.output("added", g.scatterAdd(rows, g.reshape(steps, ["batch", 1]), 2));
      const executable = await backend.compile(g.build(), noWeights);
      for (const [row, step, argument] of [
        [2, 0, "rows"],
        [-1, 0, "rows"],
        [0, 2, "steps"],
        [0, -1, "steps"],
        [0, Number.NaN, "steps"],
      ] as const) {
        // biome-ignore format: one line
        const error = await errorOf(executable.run({ rows: int64([row]), steps: tensor([1], [step]) }));
        expect(InvalidArgumentError.isInstance(error) && error.argument, String(error)).toBe(
          `inputs.${argument}`,
        );
        expect(String(error)).toContain("row indices from 0 to 1, of a table of 2 rows");
      }
      const { read, converted, added } = await executable.run({
        rows: int64([1, 1, 0]),
        steps: tensor([3], [0, 1.75, 1]),
      });
      expect([read, converted, added].map((result) => Array.from<number | bigint, number>(result?.data ?? [], Number))).toEqual([[2, 2, 1], [1, 2, 2], [1, 1.75]]); // biome-ignore format: one line
    });

    it("leaves the application's own backend the active one: before, during and after a run, and after failures", async () => {
      const own = provider === "cpu" ? "wasm" : "cpu";
      await (await tfjs({ providers: [own] }).compile(gramGraph(), noWeights)).dispose();
      await tf.setBackend(own);
      const executable = await backend.compile(gramGraph(), noWeights);
      expect(tf.getBackend()).toBe(own);
      let ended = false;
      const running = executable.run({ x: waves([40, 96, 80]) }).finally(() => {
        ended = true;
      });
      const seen = new Set<string>();
      while (!ended) {
        seen.add(tf.getBackend());
        const sum = tf.tidy(() => tf.sum(tf.tensor1d([1, 2])));
        expect((await sum.data())[0]).toBe(3);
        sum.dispose();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await running).y?.dims).toEqual([40, 80, 80]);
      expect([...seen, tf.getBackend()]).toEqual([own, own]);
      const g = new GraphBuilder();
      g.output(
        "y",
        g.mul(g.input("x", ["batch"]), g.cast(g.input("t", ["batch"], "int64"), "float32")),
      );
      const failing = await backend.compile(g.build(), noWeights);
      await errorOf(
        failing.run({
          x: tensor([1], [1]),
          t: typedTensor("int64", [1], BigInt64Array.of(2n ** 40n)),
        }),
      );
      expect(tf.getBackend()).toBe(own);
    });
  });
}

describe("signals", () => {
  it("stop before a run, while it waits and before compiling", async () => {
    const backend = tfjs({ providers: ["wasm"] });
    const executable = await backend.compile(gramGraph(), noWeights);
    expect(
      await errorOf(
        executable.run({ x: waves([1, 96, 80]) }, { signal: AbortSignal.abort("enough") }),
      ),
    ).toBe("enough");
    const controller = new AbortController();
    const run = executable.run({ x: waves([1, 96, 80]) }, { signal: controller.signal });
    controller.abort("late");
    expect(await errorOf(run)).toBe("late");
    expect(
      await errorOf(
        backend.compile(gramGraph(), noWeights, { signal: AbortSignal.abort("never") }),
      ),
    ).toBe("never");
    expect(backend.openExecutables).toBe(1);
    await backend.dispose();
  });
});

testRefusedInputs({ describe, it }, () => tfjs({ providers: ["cpu"] }));

it("refuses an integer of more than 32 bits", async () => {
  const g = new GraphBuilder();
  g.output("y", g.cast(g.input("t", ["batch"], "int64"), "float32"));
  const backend = tfjs({ providers: ["cpu"] });
  const error = await errorOf(
    (await backend.compile(g.build(), noWeights)).run({ t: int64([0, 2 ** 31, 0]) }),
  );
  expect(InvalidArgumentError.isInstance(error)).toBe(true);
  expect(String(error)).toMatch(/inputs\.t is 2147483648.*; expected integers of 32 bits/);
  await backend.dispose();
});

describe("failures inside TensorFlow.js", () => {
  it("are an ExecutionError with its words, and the next run works", async () => {
    const g = new GraphBuilder();
    const rows = g.mul(g.input("x", ["batch"]), 2); // computed: not checked before the run
    g.output("y", g.gather(g.constant(tensor([2, 1], [1, 2])), g.cast(rows, "int64")));
    const executable = await tfjs({ providers: ["cpu"] }).compile(g.build(), noWeights, {
      name: "the lookup",
    });
    const error = await errorOf(executable.run({ x: tensor([1], [3]) }));
    expect(ExecutionError.isInstance(error)).toBe(true);
    expect(String(error)).toMatch(/while it ran the lookup: .*index value 6/);
    expect((await executable.run({ x: tensor([1], [0.5]) })).y?.data).toEqual(Float32Array.of(2));
  });

  it("are a GraphCompileError where TensorFlow.js has no such type", async () => {
    const g = new GraphBuilder();
    g.output("y", g.cast(g.input("x", ["batch"], "bfloat16"), "float32"));
    const error = await errorOf(tfjs().compile(g.build(), noWeights, { name: "the network" }));
    expect(GraphCompileError.isInstance(error)).toBe(true);
    expect(String(error)).toMatch(/the network has "x" of type bfloat16.*cast it/);
  });
});

describe("disposal", () => {
  it("frees every executable, twice without harm, and refuses what comes after", async () => {
    const backend = tfjs({ providers: ["cpu"] });
    const [one, two] = [
      await backend.compile(gramGraph(), noWeights),
      await backend.compile(gramGraph(), noWeights, { name: "the second" }),
    ];
    expect(backend.openExecutables).toBe(2);
    await one.dispose();
    await one.dispose();
    expect(backend.openExecutables).toBe(1);
    expect(DisposedError.isInstance(await errorOf(one.run({ x: waves([1, 96, 80]) })))).toBe(true);
    await backend.dispose();
    await backend.dispose();
    expect(backend.openExecutables).toBe(0);
    expect(String(await errorOf(two.run({ x: waves([1, 96, 80]) })))).toMatch(
      /the second was disposed/,
    );
    expect(DisposedError.isInstance(await errorOf(backend.compile(gramGraph(), noWeights)))).toBe(
      true,
    );
  });

  it("frees what is being compiled meanwhile", async () => {
    const backend = tfjs({ providers: ["cpu"] });
    const compiling = errorOf(backend.compile(gramGraph(), noWeights));
    await backend.dispose();
    expect(DisposedError.isInstance(await compiling)).toBe(true);
    expect(backend.openExecutables).toBe(0);
  });
});

describe("options", () => {
  it("are refused where they are not what they should be", () => {
    expect(() => tfjs({ tf: {} as typeof tf })).toThrow(/tf is .*; expected TensorFlow\.js itself/);
    expect(() => tfjs({ wasmPaths: "" })).toThrow(/wasmPaths/);
  });

  it("take the application's own TensorFlow.js, and use it", async () => {
    let products = 0;
    const own: typeof tf = {
      ...tf,
      matMul: (...given: Parameters<typeof tf.matMul>) => {
        products++;
        return tf.matMul(...given);
      },
    } as typeof tf; // a function of one type for all ranks
    const backend = tfjs({ tf: own, providers: ["cpu"] });
    const { y } = await (await backend.compile(gramGraph(), noWeights)).run({
      x: waves([1, 96, 80]),
    });
    expect(products).toBe(1);
    expect(y?.dims).toEqual([1, 80, 80]);
    await backend.dispose();
  });
});
