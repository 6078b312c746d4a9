import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DisposedError,
  ExecutionError,
  GraphBuilder,
  GraphCompileError,
  InvalidArgumentError,
  ProviderUnavailableError,
  tensor,
  typedTensor,
  UnknownNameError,
  weightsFromTensors,
} from "@glissade/graph";
import { testRefusedInputs } from "@glissade/graph/testing";
import { describe, expect, it } from "vitest";
import { onnx } from "./onnx-backend.ts";

const noWeights = weightsFromTensors({});

/** y = x^T x for each item of a batch: large enough to be split over threads. */
function gramGraph() {
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

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("running", () => {
  it("gives the same bits twice", async () => {
    const backend = onnx({ threads: 2 });
    const executable = await backend.compile(gramGraph(), noWeights);
    const x = waves([3, 96, 80]);
    const [first, second] = [await executable.run({ x }), await executable.run({ x })];
    expect(first.y?.data).toEqual(second.y?.data);
    const other = await (await backend.compile(gramGraph(), noWeights)).run({ x });
    expect(other.y?.data).toEqual(first.y?.data);
    await backend.dispose();
  });

  it("leaves inputs as they are and gives results memory of their own", async () => {
    const backend = onnx();
    const g = new GraphBuilder();
    const input = g.input("x", ["batch"]);
    g.output("y", input);
    const executable = await backend.compile(g.build(), noWeights);
    const x = tensor([3], [1, 2, 3]);
    const { y } = await executable.run({ x });
    await backend.dispose();
    expect(y?.data).toEqual(x.data);
    expect(y?.data.buffer).not.toBe(x.data.buffer);
  });

  it("takes part of a larger array as an input", async () => {
    const backend = onnx();
    const g = new GraphBuilder();
    g.output("y", g.add(g.input("x", ["batch"]), 1));
    const executable = await backend.compile(g.build(), noWeights);
    const { y } = await executable.run({
      x: tensor([2], Float32Array.of(9, 5, 6, 9).subarray(1, 3)),
    });
    expect([...(y?.data ?? [])]).toEqual([6, 7]);
    await backend.dispose();
  });

  it("answers runs that were started together, each with its own result", async () => {
    const backend = onnx();
    const executable = await backend.compile(gramGraph(), noWeights);
    const inputs = [1, 2, 3].map((batch) => waves([batch, 96, 80]));
    const together = await Promise.all(inputs.map((x) => executable.run({ x })));
    expect(together.map(({ y }) => y?.dims[0])).toEqual([1, 2, 3]);
    const alone = await executable.run({ x: waves([3, 96, 80]) });
    expect(together[2]?.y?.data).toEqual(alone.y?.data);
    await backend.dispose();
  });

  it("stops before a run and drops its result after one where the signal is aborted", async () => {
    const backend = onnx();
    const executable = await backend.compile(gramGraph(), noWeights);
    const before = await errorOf(
      executable.run({ x: waves([1, 96, 80]) }, { signal: AbortSignal.abort("enough") }),
    );
    expect(before).toBe("enough");
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

testRefusedInputs({ describe, it }, () => onnx());

describe("failures inside ONNX Runtime", () => {
  it("are an ExecutionError with the runtime's words where a row index lies outside its table", async () => {
    const backend = onnx();
    const g = new GraphBuilder();
    g.output("y", g.gather(g.constant(tensor([2, 1], [1, 2])), g.input("i", ["batch"], "int64")));
    const executable = await backend.compile(g.build(), noWeights, { name: "the token embedding" });
    const error = await errorOf(
      executable.run({ i: typedTensor("int64", [1], BigInt64Array.of(7n)) }),
    );
    expect(ExecutionError.isInstance(error)).toBe(true);
    expect(String(error)).toMatch(/the token embedding.*idx=7/);
    const { y } = await executable.run({ i: typedTensor("int64", [1], BigInt64Array.of(1n)) });
    expect([...(y?.data ?? [])]).toEqual([2]);
    await backend.dispose();
  });

  it("are a GraphCompileError where a type cannot be passed", async () => {
    const g = new GraphBuilder();
    g.output("y", g.cast(g.input("x", ["batch"], "bfloat16"), "float32"));
    expect(GraphCompileError.isInstance(await errorOf(onnx().compile(g.build(), noWeights)))).toBe(
      true,
    );
  });
});

describe("disposal", () => {
  it("frees every session, twice without harm, and refuses what comes after", async () => {
    const backend = onnx();
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

  it("lets a run that has begun finish", async () => {
    const backend = onnx();
    const executable = await backend.compile(gramGraph(), noWeights);
    const run = executable.run({ x: waves([2, 96, 80]) });
    await executable.dispose();
    expect((await run).y?.dims).toEqual([2, 80, 80]);
  });

  it("closes a session whose backend was disposed while it was compiled", async () => {
    const backend = onnx();
    const compiling = errorOf(backend.compile(gramGraph(), noWeights));
    await backend.dispose();
    expect(DisposedError.isInstance(await compiling)).toBe(true);
    expect(backend.openExecutables).toBe(0);
  });
});

describe("execution providers", () => {
  it("are the CPU where nothing is asked for", async () => {
    const backend = onnx();
    expect(backend.provider).toBeUndefined();
    await backend.compile(gramGraph(), noWeights);
    expect([backend.provider, backend.fallbacks]).toEqual(["cpu", []]);
    await backend.dispose();
  });

  // DirectML and Core ML never exist on one machine.
  const absent = process.platform === "win32" ? "coreml" : "dml";

  it("fall back in order, and say why one was passed over", async () => {
    const backend = onnx({ providers: [absent, "cpu"] });
    const executable = await backend.compile(gramGraph(), noWeights);
    expect(backend.provider).toBe("cpu");
    expect(backend.fallbacks).toMatchObject([
      {
        provider: absent,
        reason: expect.stringContaining(absent),
        advice: expect.stringContaining("only"),
      },
    ]);
    expect((await executable.run({ x: waves([1, 96, 80]) })).y?.dims).toEqual([1, 80, 80]);
    await backend.dispose();
  });

  it("are an error that says how to get them where none can be opened", async () => {
    const error = await errorOf(onnx({ providers: [absent] }).compile(gramGraph(), noWeights));
    if (!ProviderUnavailableError.isInstance(error)) throw error;
    expect(error.asked).toEqual([absent]);
    expect(error.reasons).toHaveLength(1);
    expect(error.message).toMatch(
      new RegExp(`exists on .* only\\..*providers: \\["${absent}","cpu"\\]`),
    );
  });

  it("are refused where they do not exist, with the list of those that do", () => {
    const open = () => onnx({ providers: ["cudaa" as "cuda"] });
    expect(open).toThrow(UnknownNameError);
    expect(open).toThrow(
      'There is no execution provider "cudaa"; known: cpu, cuda, tensorrt, webgpu, dml, coreml, wasm, webnn. Did you mean "cuda"?',
    );
    expect(() => onnx({ providers: [] })).toThrow(InvalidArgumentError);
  });
});

describe("options", () => {
  it("are refused where they are out of range", () => {
    expect(() => onnx({ threads: 0 })).toThrow(/threads is 0; expected an integer from 1/);
    expect(() => onnx({ threads: 1.5 })).toThrow(InvalidArgumentError);
    expect(() => onnx({ graphOptimizationLevel: "most" as "all" })).toThrow(
      /graphOptimizationLevel/,
    );
    expect(() => onnx({ executionMode: "both" as "parallel" })).toThrow(/executionMode/);
    expect(() => onnx({ memory: "tiny" as "small" })).toThrow(
      /memory is "tiny"; expected planned or small/,
    );
    expect(() => onnx({ logSeverityLevel: 7 as 4 })).toThrow(/logSeverityLevel/);
    expect(() => onnx({ profile: "" })).toThrow(/profile/);
  });

  it("change how a graph is run, not what it gives", async () => {
    const x = waves([2, 96, 80]);
    const plain = await (await onnx().compile(gramGraph(), noWeights)).run({ x });
    const backend = onnx({
      threads: 1,
      graphOptimizationLevel: "disabled",
      executionMode: "parallel",
      memory: "small",
      sessionOptions: { enableCpuMemArena: false, extra: { session: { disable_prepacking: "1" } } },
    });
    const { y } = await (await backend.compile(gramGraph(), noWeights)).run({ x });
    for (const [i, value] of (plain.y?.data ?? []).entries())
      expect(Number(y?.data[i])).toBeCloseTo(Number(value), 6);
    await backend.dispose();
  });

  it("write a profile that names the operations", async () => {
    const folder = await mkdtemp(join(tmpdir(), "glissade-profile-"));
    const backend = onnx({ profile: join(folder, "run") });
    const executable = await backend.compile(gramGraph(), noWeights);
    await executable.run({ x: waves([1, 96, 80]) });
    await backend.dispose();
    const [file = ""] = await readdir(folder);
    expect(file).toMatch(/^run.*\.json$/);
    expect(await readFile(join(folder, file), "utf8")).toContain("Softmax");
    await rm(folder, { recursive: true });
  });
});
