import { onnx } from "@glissade/backend-onnx";
import { type Backend, type Tensor, UnknownNameError } from "@glissade/core";
import { type Executable, parameterCount } from "@glissade/graph";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formulaImage, formulaInception } from "./__fixtures__/formula-inception.ts";
import {
  fidClean,
  fidLegacyPytorch,
  fidLegacyTensorflow,
  type RecordedOutputs,
  recordedPlaces,
  torchvision,
} from "./__fixtures__/recorded-inception.ts";
import { type InceptionVariant, inceptionGraph } from "./inception-graph.ts";
import { inceptionInput } from "./inception-input.ts";
import { foldedInceptionWeights } from "./inception-weights.ts";

let backend: Backend;
beforeAll(() => {
  backend = onnx();
});
afterAll(() => backend.dispose());

async function compiled(variant: InceptionVariant): Promise<Executable> {
  const graph = inceptionGraph(variant);
  return backend.compile(graph, foldedInceptionWeights(graph, formulaInception(variant), variant));
}

/**
 * The largest difference of sum, length and recorded entries, relative to the output's own scale.
 */
async function deviations(
  network: Executable,
  x: Tensor,
  expected: RecordedOutputs,
): Promise<Record<string, number>> {
  const outputs = await network.run({ x });
  return Object.fromEntries(
    Object.entries(expected).map(([name, { sum, squares, entries }]) => {
      const values = [...((outputs[name]?.data ?? []) as Float32Array)];
      const scale = Math.sqrt(squares / values.length);
      const differences = [
        values.reduce((total, value) => total + value, 0) / values.length - sum / values.length,
        Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length) - scale,
        ...recordedPlaces(values.length).map(
          (place, i) => (values[place] ?? Number.NaN) - (entries[i] ?? Number.NaN),
        ),
      ];
      return [name, Math.max(...differences.map((difference) => Math.abs(difference) / scale))];
    }),
  );
}

function expectAgreement(found: Record<string, number>): void {
  expect(Object.keys(found)).toEqual(["pooled", "spatial", "logits", "probabilities"]);
  for (const [name, deviation] of Object.entries(found)) expect(deviation, name).toBeLessThan(1e-4);
}

describe("inceptionGraph", () => {
  it("has the parameters of the published networks, less what normalisation had in excess of a bias", () => {
    // PyTorch counts 23 834 568 for torchvision's network of 1000 classes without AuxLogits; of
    // each of the 17 216 channels' pairs gamma and beta a bias remains.
    expect(parameterCount(inceptionGraph("torchvision"))).toBe(23_834_568 - 17_216);
    // without fc.bias
    expect(parameterCount(inceptionGraph("fid"))).toBe(23_834_568 - 17_216 + 8 * 2048 - 1000);
  });

  it("gives what PyTorch gives for the FID network, with images prepared in every mode", async () => {
    const network = await compiled("fid");
    const small = formulaImage(120, 90, 1);
    expectAgreement(await deviations(network, inceptionInput([small], "fid", "clean"), fidClean));
    expectAgreement(
      await deviations(network, inceptionInput([small], "fid", "legacy-pytorch"), fidLegacyPytorch),
    );
    expectAgreement(
      await deviations(
        network,
        inceptionInput([formulaImage(299, 299, 0)], "fid", "legacy-tensorflow"),
        fidLegacyTensorflow,
      ),
    );
    await network.dispose();
  });

  it("gives what torchvision's own network gives, ImageNet's normalisation and transform_input included", async () => {
    const network = await compiled("torchvision");
    expectAgreement(
      await deviations(
        network,
        inceptionInput([formulaImage(299, 299, 0)], "torchvision", "clean"),
        torchvision,
      ),
    );
    await network.dispose();
  });

  it("refuses a variant that does not exist", () => {
    expect(() => inceptionGraph("fidd" as InceptionVariant)).toThrow(UnknownNameError);
    expect(() => inceptionGraph("valueOf" as InceptionVariant)).toThrow(UnknownNameError);
  });
});
