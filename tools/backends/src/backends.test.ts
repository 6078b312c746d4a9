import { executionProviders } from "@glissade/backend-onnx";
import { tfjsProviders } from "@glissade/backend-tfjs";
import { main } from "glissade";
import { expect, it } from "vitest";
import { backendNames, backends, openBackend } from "./backends.ts";

it("has the providers that the packages have, in their order", () => {
  expect(backends.onnx.providers).toEqual(executionProviders);
  expect(backends.tfjs.providers).toEqual(tfjsProviders);
});

it.each(["onnx", "tfjs"] as const)("has the providers of %s that the command has", async (name) => {
  let help = "";
  const sink = {
    write(text: string) {
      help += text;
    },
  };
  await main(["generate", "--help"], {
    stdout: sink,
    stderr: sink,
    signal: new AbortController().signal,
  });
  expect(help.replace(/\s+/g, " ")).toContain(`${name} has ${backends[name].providers.join(", ")}`);
});

it("opens each back end in Node, and refuses a provider that it does not have", async () => {
  const providers = { onnx: "cpu", tfjs: "cpu", interpreter: undefined };
  for (const name of backendNames) {
    const backend = await openBackend(name, providers[name]);
    expect(backend.name).toBe(name);
    await backend.dispose();
  }
  await expect(openBackend("tfjs", "cuda")).rejects.toThrow(
    'There is no execution provider "cuda"',
  );
});
