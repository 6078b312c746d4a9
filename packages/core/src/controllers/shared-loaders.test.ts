import { GraphBuilder, type Interpreter, interpreter, weightsFromTensors } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { loadGlide } from "../pipelines/index.ts";
import { tinyModel } from "../testing/tiny-model.ts";
import { loaderKey } from "./loader-key.ts";
import { LoaderRegistry } from "./shared-loaders.ts";

const files = await tinyModel();
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("loaderKey", () => {
  const backend = interpreter();
  const make = () => interpreter();

  it("is the same for equal addresses and options, in whatever order and form", () => {
    expect(loaderKey("/m/", { keepLoaded: true, backend })).toBe(
      loaderKey("/m/", { backend, keepLoaded: true, load: undefined }),
    );
    expect(loaderKey(new URL("https://example.org/m/"), { backend })).toBe(
      loaderKey({ url: new URL("https://example.org/m/") }, { backend }),
    );
    expect(loaderKey("/m/", { cache: { name: "a", sizes: [1, 2] } })).toBe(
      loaderKey("/m/", { cache: { sizes: [1, 2], name: "a" } }),
    );
  });

  it.each([
    ["source", loaderKey("/n/", { backend })],
    ["source of Blobs", loaderKey(files, { backend })],
    ["backend", loaderKey("/m/", { backend: interpreter() })],
    ["function that makes the backend", loaderKey("/m/", { backend: make })],
    ["option", loaderKey("/m/", { backend, keepLoaded: false })],
    ["type of option", loaderKey("/m/", { backend, keepLoaded: "false" })],
  ])("is another for another %s", (_, other) => {
    expect(other).not.toBe(loaderKey("/m/", { backend }));
  });

  it("does not change when a backend does", () => {
    const changing = { provider: undefined as string | undefined, run: () => {} };
    const before = loaderKey("/m/", { backend: changing });
    changing.provider = "cpu";
    expect(loaderKey("/m/", { backend: changing })).toBe(before);
  });
});

describe("LoaderRegistry", () => {
  it("shares a loader, makes its backend with the model and disposes of it with the model, and forgets it when unused", async () => {
    const registry = new LoaderRegistry();
    const backends: (Interpreter & { isDisposed?: boolean })[] = [];
    const make = async () => {
      const backend: Interpreter & { isDisposed?: boolean } = interpreter();
      const dispose = backend.dispose;
      backend.dispose = () => {
        backend.isDisposed = true;
        return dispose();
      };
      backends.push(backend);
      return backend;
    };
    expect(registry.peek(files, { backend: make })).toBeUndefined();
    const loader = registry.get(files, { backend: make }, { graceTime: 0 });
    expect(registry.get(files, { backend: make })).toBe(loader);
    const leave = loader.retain();
    expect(backends).toHaveLength(0);
    const { images } = await (await loader.load()).generate({ prompt: "dot", seed: 1 });
    expect(images).toHaveLength(1);
    expect([backends.length, registry.size]).toEqual([1, 1]);
    leave();
    await pause(20);
    expect([backends[0]?.isDisposed, backends[0]?.openExecutables, registry.size]).toEqual([
      true,
      0,
      0,
    ]);
  });

  it("leaves a given backend to the caller", async () => {
    const registry = new LoaderRegistry();
    const backend = interpreter();
    const graph = new GraphBuilder();
    graph.output("y", graph.input("x", [1]));
    const executable = await backend.compile(graph.build(), weightsFromTensors({}));
    const loader = registry.get(files, { backend });
    await loader.load();
    await loader.dispose();
    expect([backend.openExecutables, registry.size]).toEqual([1, 0]);
    await executable.dispose();
  });

  it("says what is missing where there is neither a backend nor another way to load", async () => {
    const loader = new LoaderRegistry().get(files, {});
    await expect(loader.load()).rejects.toThrow(
      "backend is undefined; expected a backend such as onnx()",
    );
    expect(loader.getSnapshot().status).toBe("error");
  });

  it("gives another way to load all options", async () => {
    const backend = interpreter();
    const given: unknown[] = [];
    const loader = new LoaderRegistry().get("/m/", {
      keepLoaded: true,
      load: async (source, { keepLoaded, onDispose }) => {
        given.push(source, keepLoaded);
        onDispose(() => given.push("closed"));
        return loadGlide(files, { backend });
      },
    });
    await loader.load();
    await loader.dispose();
    expect(given).toEqual(["/m/", true, "closed"]);
  });
});
