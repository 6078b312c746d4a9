import { NoSuchModelError } from "@ai-sdk/provider";
import { createProviderRegistry } from "ai";
import { describe, expect, it } from "vitest";
import { createGlissade } from "./glissade-provider.ts";

describe("the provider", () => {
  it("gives image models under the AI SDK's names for them", () => {
    const glissade = createGlissade();
    for (const model of [
      glissade("emoji"),
      glissade.image("emoji"),
      glissade.imageModel("emoji"),
    ]) {
      expect(model).toMatchObject({
        specificationVersion: "v4",
        provider: "glissade",
        modelId: "emoji",
        supportsFileInputs: true,
        supportsMaskInputs: true,
      });
    }
  });

  it("serves in a registry of providers", () => {
    const registry = createProviderRegistry({ glissade: createGlissade() });
    expect(registry.imageModel("glissade:emoji")).toMatchObject({
      provider: "glissade",
      modelId: "emoji",
    });
  });

  it("has no models of other kinds", () => {
    const glissade = createGlissade();
    for (const modelType of ["languageModel", "embeddingModel"] as const) {
      const refused = () => glissade[modelType]("emoji");
      expect(refused).toThrow(NoSuchModelError);
      expect(refused).toThrow(`no ${modelType} "emoji"`);
    }
  });
});
