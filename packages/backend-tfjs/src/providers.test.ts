import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  GraphBuilder,
  InvalidArgumentError,
  ProviderUnavailableError,
  RuntimeMissingError,
  tensor,
  UnknownNameError,
  weightsFromTensors,
} from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { tfjs } from "./tfjs-backend.ts";

const noWeights = weightsFromTensors({});

/** y = exp(x) */
function expGraph() {
  const g = new GraphBuilder();
  g.output("y", g.exp(g.input("x", ["batch"])));
  return g.build();
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

// In a process of its own: the native package is not loaded here, which would stand in for the one
// with CUDA.
describe("providers", () => {
  it("are started side by side by backends that are first used at once", async () => {
    const backends = [
      tfjs({ providers: ["cpu"] }),
      tfjs({ providers: ["wasm"] }),
      tfjs({ providers: ["cpu"] }),
    ];
    const networks = await Promise.all(
      backends.map((backend) => backend.compile(expGraph(), noWeights)),
    );
    const results = await Promise.all(
      networks.map((network, i) => network.run({ x: tensor([1], [i]) })),
    );
    expect(results.map(({ y }) => Number(y?.data[0]))).toEqual(
      [0, 1, 2].map((i) => expect.closeTo(Math.exp(i), 5)),
    );
    expect(backends.map(({ provider, fallbacks }) => [provider, fallbacks])).toEqual([["cpu", []], ["wasm", []], ["cpu", []]]); // biome-ignore format: one line
    await Promise.all(backends.map((backend) => backend.dispose()));
  });

  it("fall back in order and say why each was passed over, and how to get it", async () => {
    const backend = tfjs({ providers: ["node-gpu", "webgl", "wasm", "cpu"] });
    expect([backend.provider, backend.fallbacks]).toEqual([undefined, []]);
    await backend.compile(expGraph(), noWeights);
    expect(backend.provider).toBe("wasm");
    expect(backend.fallbacks).toMatchObject([
      {
        provider: "node-gpu",
        reason: expect.stringContaining("npm install @tensorflow/tfjs-node-gpu"),
      },
      {
        provider: "webgl",
        reason: expect.stringContaining("no application has registered it"),
        advice: expect.stringContaining("browsers"),
      },
    ]);
    await backend.dispose();
  });

  it("are an error that says what to install, or what else to use, where none can be started", async () => {
    const install =
      "@tensorflow/tfjs-node-gpu is not installed. Install it: npm install @tensorflow/tfjs-node-gpu";
    // in Vite, in which these tests run
    const missing = await errorOf(tfjs({ providers: ["node-gpu"] }).compile(expGraph(), noWeights));
    expect(RuntimeMissingError.isInstance(missing)).toBe(true);
    expect(String(missing)).toContain(install);
    const script = `
      import { GraphBuilder, weightsFromTensors } from "@glissade/graph";
      import { tfjs } from "@glissade/backend-tfjs";
      await tfjs({ providers: ["node-gpu"] }).compile(new GraphBuilder().build(), weightsFromTensors({})).catch(({ name, message }) => process.stdout.write(name + ": " + message));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=glissade-source", "--import", "tsx", "--input-type=module", "-e", script],
      {
        cwd: import.meta.dirname,
      },
    );
    expect(stdout).toBe(`RuntimeMissingError: ${install}`);
    const unavailable = await errorOf(
      tfjs({ providers: ["webgpu", "webgl"] }).compile(expGraph(), noWeights),
    );
    if (!ProviderUnavailableError.isInstance(unavailable)) throw unavailable;
    expect(unavailable.asked).toEqual(["webgpu", "webgl"]);
    expect(unavailable.message).toContain('providers: ["webgpu","webgl","cpu"]');
  });

  it("are refused where they do not exist, with the list of those that do", () => {
    const open = () => tfjs({ providers: ["webgl2" as "webgl"] });
    expect(open).toThrow(UnknownNameError);
    expect(open).toThrow(
      /"webgl2"; known: node-gpu, node, webgpu, webgl, wasm, cpu\. Did you mean "webgl"\?/,
    );
    expect(() => tfjs({ providers: [] })).toThrow(InvalidArgumentError);
  });
});
