import { describe, expect, it } from "vitest";
import { DisposedError, GlissadeError, InvalidArgumentError } from "../errors.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { weightsFromTensors } from "../parameters/weights-from-tensors.ts";
import { tensor } from "../tensor.ts";
import { ExecutionError } from "./backend-errors.ts";
import { type CompiledGraph, compiledBackend } from "./compiled-backend.ts";

function exponential() {
  const g = new GraphBuilder();
  const x = g.input("x", [2]);
  g.output("y", g.exp(x));
  return g.build();
}

const weights = weightsFromTensors({});
const x = tensor([2], [1, -2]);

/** A runtime that remembers what is asked of it. */
function runtime({ run }: Partial<Pick<CompiledGraph, "run">> = {}) {
  const events: string[] = [];
  const backend = compiledBackend({
    name: "mine",
    runtime: "My runtime",
    async open() {
      events.push("open");
      return { provider: "cpu", passedOver: [] };
    },
    async compile(_opened, _graph, _weights, { name }) {
      events.push(`compile ${name}`);
      return {
        run: run ?? (async () => ({ y: tensor([2], [-1, 2]) })),
        async release() {
          events.push(`release ${name}`);
        },
      };
    },
    close: () => void events.push("close"),
  });
  return { backend, events };
}

describe("compiledBackend", () => {
  it("opens the runtime once, releases graphs with the backend, and closes it last", async () => {
    const { backend, events } = runtime();
    expect(backend).toMatchObject({ specificationVersion: "v1", name: "mine", fallbacks: [] });
    expect(backend.provider).toBeUndefined();
    const [first] = await Promise.all(
      ["a", "b"].map((name) => backend.compile(exponential(), weights, { name })),
    );
    expect(backend).toMatchObject({ provider: "cpu", openExecutables: 2 });
    expect([...((await first?.run({ x }))?.y?.data ?? [])]).toEqual([-1, 2]);
    await first?.dispose();
    await first?.dispose();
    expect(backend.openExecutables).toBe(1);
    await backend.dispose();
    expect(events).toEqual(["open", "compile a", "compile b", "release a", "release b", "close"]);
    await expect(backend.compile(exponential(), weights)).rejects.toThrow(DisposedError);
    await expect(first?.run({ x })).rejects.toThrow(DisposedError);
  });

  it("opens and closes nothing if no graph is compiled", async () => {
    const { backend, events } = runtime();
    await backend.dispose();
    expect(events).toEqual([]);
  });

  it("refuses wrong inputs before the runtime sees them", async () => {
    const { backend } = runtime({ run: () => expect.unreachable() });
    const executable = await backend.compile(exponential(), weights);
    await expect(executable.run({ x: tensor([3]) })).rejects.toThrow(InvalidArgumentError);
  });

  it("names the graph in the runtime's errors, and passes its own on", async () => {
    let thrown: Error = new Error("out of memory.");
    const { backend } = runtime({ run: () => Promise.reject(thrown) });
    const executable = await backend.compile(exponential(), weights, { name: "the U-Net" });
    const error = await executable.run({ x }).catch((reason: unknown) => reason);
    expect(ExecutionError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      message: "My runtime failed while it ran the U-Net: out of memory.",
      cause: thrown,
    });
    thrown = new GlissadeError("mine");
    await expect(executable.run({ x })).rejects.toBe(thrown);
  });

  it("waits for runs that have begun before it releases a graph", async () => {
    let end = () => {};
    const { backend, events } = runtime({
      run: () =>
        new Promise((resolve) => {
          end = () => resolve({});
        }),
    });
    const executable = await backend.compile(exponential(), weights, { name: "a" });
    const running = executable.run({ x });
    const disposing = backend.dispose();
    await Promise.resolve();
    expect(events).not.toContain("release a");
    end();
    await Promise.all([running, disposing]);
    expect(events.slice(-2)).toEqual(["release a", "close"]);
  });

  it("releases a graph that was aborted, or whose backend was disposed of, meanwhile", async () => {
    const controller = new AbortController();
    const aborted = compiledBackend({
      name: "mine",
      runtime: "My runtime",
      open: async () => ({ provider: "cpu", passedOver: [] }),
      async compile() {
        controller.abort(new Error("enough"));
        return { run: () => expect.unreachable(), release() {} };
      },
    });
    await expect(aborted.compile(exponential(), weights, controller)).rejects.toThrow("enough");
    expect(aborted.openExecutables).toBe(0);

    const { backend, events } = runtime();
    const compiling = backend.compile(exponential(), weights, { name: "late" });
    await backend.dispose();
    await expect(compiling).rejects.toThrow(DisposedError);
    expect(events).toContain("release late");
  });
});
