import { type Graph, GraphBuilder, tensor, weightsFromTensors } from "@glissade/graph";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { onnx } from "./onnx-backend.ts";

const noWeights = () => weightsFromTensors({});

/** y = exp(x), elementwise. */
function expGraph(dims: readonly (number | string)[] = ["batch", 4]): Graph {
  const g = new GraphBuilder();
  g.output("y", g.exp(g.input("x", dims)));
  return g.build();
}

/** The device that the next backend opens, as the browser gives it. */
function nextDevice(): Promise<GPUDevice> {
  const { requestDevice } = GPUAdapter.prototype;
  return new Promise((resolve) => {
    vi.spyOn(GPUAdapter.prototype, "requestDevice").mockImplementation(async function (
      this: GPUAdapter,
      ...given
    ) {
      const device = await requestDevice.apply(this, given);
      resolve(device);
      return device;
    });
  });
}

afterEach(() => void vi.restoreAllMocks());

describe("a WebGPU device", () => {
  it("that is lost is an error of every run from then on, and a new backend works beside it", async () => {
    const opened = nextDevice();
    const backend = onnx({ providers: ["webgpu"] });
    const network = await backend.compile(expGraph(), noWeights());
    const x = tensor([1, 4], [0, 0, 0, 0]);
    expect((await network.run({ x })).y?.data).toEqual(Float32Array.of(1, 1, 1, 1));
    (await opened).destroy(); // what a driver's restart looks like from here
    await expect(network.run({ x })).rejects.toMatchObject({
      name: "DeviceLostError",
      message: expect.stringContaining("make a new one"),
    });
    await expect(backend.compile(expGraph(), noWeights())).rejects.toMatchObject({
      name: "DeviceLostError",
    });
    await backend.dispose();

    const next = onnx({ providers: ["webgpu"] });
    const again = await next.compile(expGraph(), noWeights());
    expect((await again.run({ x })).y?.data).toEqual(Float32Array.of(1, 1, 1, 1));
    await next.dispose();
  });

  it("is freed with its backend", async () => {
    const opened = nextDevice();
    const backend = onnx({ providers: ["webgpu"] });
    const network = await backend.compile(expGraph(), noWeights());
    await network.run({ x: tensor([1, 4], [1, 2, 3, 4]) });
    await backend.dispose();
    expect((await (await opened).lost).reason).toBe("destroyed");
    expect(backend.openExecutables).toBe(0);
  });

  it("refuses what is beyond its limits before anything starts: at once where lengths are known, else at the run", async () => {
    const backend = onnx({ providers: ["webgpu"] });
    await expect(
      backend.compile(expGraph([1, 2 ** 15, 2 ** 15]), noWeights()),
    ).rejects.toMatchObject({ name: "DeviceLimitError", bytes: 2 ** 32 });
    const network = await backend.compile(expandingGraph(), noWeights());
    await expect(
      network.run({ x: tensor([2 ** 10, 1], new Float32Array(2 ** 10)) }),
    ).rejects.toMatchObject({ name: "DeviceLimitError", bytes: 2 ** 32 });
    expect((await network.run({ x: tensor([1, 1], [3]) })).y?.data[0]).toBe(2 ** 20 * 3);
    await backend.dispose();
  }, 120_000);

  it("that gives nothing but zeros is an error, unless zeros are expected", async () => {
    const g = new GraphBuilder();
    g.output("y", g.mul(g.input("x", ["batch", 16]), 0));
    const x = tensor([1, 16], new Float32Array(16).fill(1));
    for (const refuseZeros of [true, false]) {
      const backend = onnx({ providers: ["webgpu"], refuseZeros });
      const run = (await backend.compile(g.build(), noWeights(), { name: "the base network" })).run(
        { x },
      );
      if (refuseZeros)
        await expect(run).rejects.toMatchObject({
          name: "EmptyOutputError",
          message: expect.stringContaining("of the base network"),
        });
      else expect((await run).y?.data).toEqual(new Float32Array(16));
      await backend.dispose();
    }
  });
});

/**
 * The sum of a million copies of each of x's numbers: small at both ends, 4 MiB a row between them.
 */
function expandingGraph(): Graph {
  const g = new GraphBuilder();
  const wide = g.mul(
    g.input("x", ["batch", 1]),
    g.constant(tensor([1, 2 ** 20], new Float32Array(2 ** 20).fill(1))),
  );
  g.output("y", g.sum(wide, [1]));
  return g.build();
}

describe("providers in a browser", () => {
  it("fall back from WebGPU to WebAssembly where the browser gives no adapter, without the download of what WebGPU needs", async () => {
    vi.spyOn(GPU.prototype, "requestAdapter").mockResolvedValue(null); // a browser that refuses
    const before = performance.getEntriesByType("resource").length;
    const backend = onnx({ threads: 1 });
    await backend.compile(expGraph(), noWeights());
    expect(backend.provider).toBe("wasm");
    expect(backend.fallbacks).toMatchObject([
      { provider: "webgpu", reason: expect.stringContaining("no WebGPU adapter") },
    ]);
    const fetched = performance.getEntriesByType("resource").slice(before);
    expect(
      fetched.filter(({ name }) => name.includes("webgpu") || name.includes("asyncify")),
    ).toEqual([]);
    await backend.dispose();
  });

  it("of Node are passed over, with what to use instead", async () => {
    const backend = onnx({ providers: ["cuda", "cpu"] });
    await expect(backend.compile(expGraph(), noWeights())).rejects.toMatchObject({
      name: "ProviderUnavailableError",
      message: expect.stringMatching(/cuda: .*Node only.* cpu: .*"wasm".*List "wasm" last/),
    });
  });

  it("say what WebNN needs where the browser has none", async () => {
    const backend = onnx({ providers: ["webnn", "wasm"], threads: 1 });
    await backend.compile(expGraph(), noWeights());
    expect(backend.fallbacks).toMatchObject([
      { provider: "webnn", reason: "this browser has no WebNN (navigator.ml)" },
    ]);
    await backend.dispose();
  });

  it("refuse a profile, which is a file", () => {
    expect(() => onnx({ profile: "trace" })).toThrow("in Node");
  });
});

describe("runs of one build", () => {
  const backends = [onnx({ providers: ["webgpu"] }), onnx({ providers: ["webgpu"] })];
  afterAll(() => Promise.all(backends.map((backend) => backend.dispose())));

  it("wait for each other, whichever backend they belong to, and can be aborted while they wait", async () => {
    const networks = await Promise.all(
      backends.flatMap((backend) => [1, 2].map(() => backend.compile(expGraph(), noWeights()))),
    );
    const controller = new AbortController();
    const [first, ...runs] = networks.map((network, k) =>
      network.run({ x: tensor([1, 4], [k, k, k, k]) }),
    );
    const last = networks[0]?.run(
      { x: tensor([1, 4], [1, 1, 1, 1]) },
      { signal: controller.signal },
    );
    controller.abort(new Error("enough"));
    await expect(last).rejects.toThrow("enough");
    for (const [k, run] of [first, ...runs].entries())
      expect((await run)?.y?.data[0]).toBeCloseTo(Math.exp(k), 3);
    expect(backends.map(({ openExecutables }) => openExecutables)).toEqual([2, 2]);
  });
});
