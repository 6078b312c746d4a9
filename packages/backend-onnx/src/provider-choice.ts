/** The execution providers, of Node and of browsers. */
export const executionProviders = [
  "cpu",
  "cuda",
  "tensorrt",
  "webgpu",
  "dml",
  "coreml",
  "wasm",
  "webnn",
] as const;

export type ExecutionProvider = (typeof executionProviders)[number];

/**
 * A provider's name, or its name with options of its own that go to ONNX Runtime as they are, e.g.
 * `{ name: "cuda", deviceId: 1 }`.
 */
export type ProviderChoice =
  | ExecutionProvider
  | { readonly name: ExecutionProvider; readonly [option: string]: unknown };

export function providerName(choice: ProviderChoice): ExecutionProvider {
  return typeof choice === "string" ? choice : choice.name;
}

/** The choice with its options, as ONNX Runtime takes it. */
export function asObject(choice: ProviderChoice): Exclude<ProviderChoice, string> {
  return typeof choice === "string" ? { name: choice } : choice;
}
