import { onnx } from "@glissade/backend-onnx";
import { tfjs } from "@glissade/backend-tfjs";
import { describe, expect, it } from "vitest";
import {
  backendNames,
  backendRequest,
  backends,
  checkedSettings,
  threadCounts,
} from "./backends.ts";

describe("the engine's settings", () => {
  it("are read as versions before TensorFlow.js stored them", () => {
    expect(checkedSettings({ provider: "webgpu", threads: 2 })).toEqual({
      backend: "onnx",
      provider: "webgpu",
      threads: 2,
    });
    expect(checkedSettings({ provider: "auto", threads: 0 })).toEqual({
      backend: "onnx",
      provider: "auto",
      threads: 0,
    });
  });

  it("are those of a new visitor where nothing, or nothing that is known, is stored", () => {
    const fresh = { backend: "onnx", provider: "auto", threads: 0 };
    for (const stored of [
      {},
      { backend: "toString", provider: "cuda", threads: 3 },
      { backend: 1, provider: null, threads: "2" },
    ])
      expect(checkedSettings(stored)).toEqual(fresh);
  });

  it("keep a provider where the backend has it, and fall back to the best that works where it has not", () => {
    expect(checkedSettings({ backend: "tfjs", provider: "webgl" })).toMatchObject({
      backend: "tfjs",
      provider: "webgl",
    });
    expect(checkedSettings({ backend: "onnx", provider: "webgl" })).toMatchObject({
      backend: "onnx",
      provider: "auto",
    });
    expect(checkedSettings({ backend: "onnx", provider: "wasm" })).toMatchObject({
      provider: "wasm",
    });
  });
});

describe("what the worker is sent", () => {
  it("names no provider where the best is wanted, and threads only to a backend that takes them", () => {
    expect(backendRequest({ backend: "onnx", provider: "auto", threads: 0 })).toEqual({
      backend: "onnx",
      options: {},
    });
    expect(backendRequest({ backend: "onnx", provider: "wasm", threads: 4 })).toEqual({
      backend: "onnx",
      options: { providers: ["wasm"], threads: 4 },
    });
    expect(backendRequest({ backend: "tfjs", provider: "webgl", threads: 4 })).toEqual({
      backend: "tfjs",
      options: { providers: ["webgl"] },
    });
  });

  it("is what that backend's own function takes, under that backend's name, whatever is chosen", () => {
    const make: Readonly<Record<string, (options: object) => { readonly name: string }>> = {
      onnx,
      tfjs,
    };
    for (const backend of backendNames)
      for (const provider of backends[backend].providers)
        for (const threads of threadCounts)
          expect(make[backend]?.(backendRequest({ backend, provider, threads }).options).name).toBe(
            backend,
          );
  });
});
