import {
  type Executable,
  type Graph,
  GraphBuilder,
  sizeOf,
  tensor,
  type WeightSource,
  weightsFromTensors,
} from "@glissade/graph";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OnnxBackend, onnx } from "./onnx-backend.ts";

interface DeviceLedger {
  readonly device: GPUDevice;
  /** Bytes of every buffer that was made and not destroyed. */
  readonly buffers: Map<GPUBuffer, number>;
  destroyed: boolean;
}

const ledgers = new Map<GPUDevice, DeviceLedger>();
const { requestDevice } = GPUAdapter.prototype;
const { createBuffer, destroy: destroyDevice } = GPUDevice.prototype;
const { destroy: destroyBuffer } = GPUBuffer.prototype;

beforeEach(() => {
  GPUAdapter.prototype.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    ledgers.set(device, { device, buffers: new Map(), destroyed: false });
    return device;
  };
  GPUDevice.prototype.createBuffer = function (description) {
    const buffer = createBuffer.call(this, description);
    ledgers.get(this)?.buffers.set(buffer, description.size);
    return buffer;
  };
  GPUDevice.prototype.destroy = function () {
    const ledger = ledgers.get(this);
    if (ledger) {
      ledger.destroyed = true;
      ledger.buffers.clear(); // they go with their device
    }
    return destroyDevice.call(this);
  };
  GPUBuffer.prototype.destroy = function () {
    for (const { buffers } of ledgers.values()) buffers.delete(this);
    return destroyBuffer.call(this);
  };
});

afterEach(() => {
  ledgers.clear();
  GPUAdapter.prototype.requestDevice = requestDevice;
  GPUDevice.prototype.createBuffer = createBuffer;
  GPUDevice.prototype.destroy = destroyDevice;
  GPUBuffer.prototype.destroy = destroyBuffer;
});

/** What is on graphics devices now. */
function onDevices(): { devices: number; buffers: number; bytes: number } {
  const open = [...ledgers.values()].filter(({ destroyed }) => !destroyed);
  const sizes = open.flatMap(({ buffers }) => [...buffers.values()]);
  return {
    devices: open.length,
    buffers: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** Two convolutions with something between them. */
function twoConvolutions(channels = 8): Graph {
  const g = new GraphBuilder();
  const dims = [channels, channels, 3, 3];
  const padding = [1, 1] as const;
  const first = g.silu(
    g.conv2d(g.input("x", ["batch", channels, 16, 16]), g.parameter("a", dims), undefined, {
      padding,
    }),
  );
  g.output("y", g.conv2d(first, g.parameter("b", dims), undefined, { padding }));
  return g.build();
}

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

const images = (count: number, channels = 8) =>
  tensor([count, channels, 16, 16], new Float32Array(count * channels * 256).fill(1));

describe("memory on a graphics device", () => {
  it("is flat over 50 runs of batches of three sizes, every fifth aborted, and all given back with the backend", async () => {
    const backend = onnx({ providers: ["webgpu"] });
    const network = await compiled(backend);
    const seen = [];
    for (let run = 0; run < 50; run++) {
      const controller = new AbortController();
      const x = images(1 + (run % 3));
      const running = network.run({ x }, { signal: controller.signal });
      if (run % 5 === 4) {
        if (run % 2 === 0) await Promise.resolve(); // half of them when the run has begun
        controller.abort();
        await expect(running).rejects.toMatchObject({ name: "AbortError" });
      } else {
        expect((await running).y?.dims).toEqual(x.dims);
      }
      seen.push({ ...onDevices(), sessions: backend.openExecutables });
    }
    expect(seen.at(-1)).toMatchObject({ devices: 1, sessions: 1 });
    expect(seen.at(-1)?.buffers).toBeGreaterThan(5);
    expect(distinct(seen.slice(10))).toHaveLength(1);
    await backend.dispose();
    expect(onDevices()).toEqual({ devices: 0, buffers: 0, bytes: 0 });
    expect(backend.openExecutables).toBe(0);
  });

  it("is flat over 20 networks that are opened, run and disposed of beside another", async () => {
    const backend = onnx({ providers: ["webgpu"] });
    const kept = await compiled(backend);
    const seen = [];
    for (let count = 0; count < 20; count++) {
      const network = await compiled(backend, 32);
      if (count % 4 !== 3) await network.run({ x: images(1, 32) }); // some are never run
      await network.dispose();
      await kept.run({ x: images(1) });
      seen.push({ ...onDevices(), sessions: backend.openExecutables });
    }
    expect(seen.at(-1)).toMatchObject({ devices: 1, sessions: 1 });
    expect(distinct(seen.slice(2))).toHaveLength(1);
    await kept.dispose();
    await backend.dispose();
    expect(onDevices()).toEqual({ devices: 0, buffers: 0, bytes: 0 });
  });

  it("holds the weights of a network that was disposed of until the next is opened, no longer", async () => {
    const backend = onnx({ providers: ["webgpu"] });
    const kept = await compiled(backend);
    await kept.run({ x: images(1) });
    const before = onDevices().bytes;
    const large = await compiled(backend, 128);
    expect(onDevices().bytes - before).toBeGreaterThanOrEqual(weightBytes(128));
    await large.dispose();
    const small = await compiled(backend);
    expect(onDevices().bytes - before).toBeLessThan(weightBytes(128) / 50);
    await small.dispose();
    await backend.dispose();
  });

  it("is given back where compiling was aborted, or failed", async () => {
    const backend = onnx({ providers: ["webgpu"] });
    const kept = await compiled(backend);
    await kept.run({ x: images(1) });
    const seen = [];
    for (let count = 0; count < 6; count++) {
      const controller = new AbortController();
      const compiling = backend.compile(twoConvolutions(32), weightsOf(twoConvolutions(32)), {
        signal: controller.signal,
      });
      setTimeout(() => controller.abort(), count);
      await compiling.then(
        (network) => network.dispose(),
        (error: unknown) => expect(error).toMatchObject({ name: "AbortError" }),
      );
      await expect(
        backend.compile(twoConvolutions(), weightsFromTensors({})),
      ).rejects.toMatchObject({ name: "WeightsError" });
      await kept.run({ x: images(1) });
      seen.push({ ...onDevices(), sessions: backend.openExecutables });
    }
    expect(distinct(seen.slice(2))).toHaveLength(1);
    expect(backend.openExecutables).toBe(1);
    await backend.dispose();
    expect(onDevices()).toEqual({ devices: 0, buffers: 0, bytes: 0 });
  });

  it("is flat over backends: each opens a device and takes it along", async () => {
    for (let count = 0; count < 3; count++) {
      const backend = onnx({ providers: ["webgpu"] });
      const network = await compiled(backend);
      await network.run({ x: images(1) });
      expect(onDevices().devices).toBe(1);
      await backend.dispose(); // and with it the network
      expect(onDevices()).toEqual({ devices: 0, buffers: 0, bytes: 0 });
    }
  });
});

function compiled(backend: OnnxBackend, channels = 8): Promise<Executable> {
  const graph = twoConvolutions(channels);
  return backend.compile(graph, weightsOf(graph));
}

const weightBytes = (channels: number) => 2 * channels ** 2 * 9 * 4;

function distinct(counts: readonly object[]): string[] {
  return [...new Set(counts.map((count) => JSON.stringify(count)))];
}
