import { WeightsError } from "@glissade/core";
import { computedWeights, readTensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { checkpointShapes, formulaInception } from "./__fixtures__/formula-inception.ts";
import { inceptionGraph } from "./inception-graph.ts";
import { foldedInceptionWeights, inceptionVariantOf } from "./inception-weights.ts";

const graph = inceptionGraph("fid");

describe("foldedInceptionWeights", () => {
  it("gives every weight of the graph in its shape", () => {
    const folded = foldedInceptionWeights(graph, formulaInception("fid"), "fid.pth");
    expect(folded.names).toHaveLength(94 * 2 + 1);
    for (const { name, dims } of graph.parameters)
      expect(folded.describe(name)).toEqual({ dtype: "float32", dims });
    expect(folded.describe("Conv2d_1a_3x3.bn.weight")).toBeUndefined();
  });

  it("scales and shifts as the normalisation did: gamma (w x - mean) / sqrt(variance + 0.001) + beta", async () => {
    const layer = "Conv2d_1a_3x3";
    const values: Record<string, number> = {
      "conv.weight": 0.5,
      "bn.weight": 3,
      "bn.bias": -1,
      "bn.running_mean": 0.25,
      "bn.running_var": 4 - 1e-3,
    };
    const checkpoint = computedWeights(checkpointShapes("fid"), (name, dims) => {
      const data = tensor(dims).data.fill(values[name.slice(layer.length + 1)] ?? 0);
      data[0] = name === `${layer}.bn.weight` ? 6 : (data[0] ?? 0); // the first channel is another
      return tensor(dims, data);
    });
    const folded = foldedInceptionWeights(graph, checkpoint, "fid.pth");
    const [weight, bias] = [
      await readTensor(folded, `${layer}.weight`),
      await readTensor(folded, `${layer}.bias`),
    ];
    expect([weight.data[0], weight.data[26], weight.data[27], weight.data[32 * 27 - 1]]).toEqual(
      [1.5, 1.5, 0.75, 0.75].map((value) => expect.closeTo(value, 6)),
    );
    expect([bias.data[0], bias.data[1], bias.data[31]]).toEqual(
      [-1.75, -1.375, -1.375].map((value) => expect.closeTo(value, 6)),
    );
  });

  it("names the weight that a file lacks or has in another shape", () => {
    const lacking = formulaInception("fid", { without: "Mixed_6d.branch7x7_2.bn.running_var" });
    expect(() => foldedInceptionWeights(graph, lacking, "cut.pth")).toThrow(
      'cut.pth, tensor "Mixed_6d.branch7x7_2.bn.running_var": Inception-v3 has it, of shape [160]',
    );
    const turned = computedWeights(
      checkpointShapes("fid").map(([name, dims]) => [
        name,
        name === "Mixed_7b.branch3x3_2a.conv.weight" ? [384, 384, 3, 1] : dims,
      ]),
      (_, dims) => tensor(dims),
    );
    expect(() => foldedInceptionWeights(graph, turned, "turned.pth")).toThrow(
      "[384, 384, 3, 1] where Inception-v3 has [384, 384, 1, 3]",
    );
  });
});

describe("inceptionVariantOf", () => {
  it("tells the variants apart by their classes", () => {
    expect(inceptionVariantOf(formulaInception("fid"), "a.pth")).toBe("fid");
    expect(inceptionVariantOf(formulaInception("torchvision"), "b.pth")).toBe("torchvision");
  });

  it("refuses other networks, and says what is expected and what such files are called", () => {
    const resnet = computedWeights([["fc.weight", [1000, 512]]], (_, dims) => tensor(dims));
    const attempt = () => inceptionVariantOf(resnet, "resnet18.pth");
    expect(attempt).toThrow(WeightsError);
    expect(attempt).toThrow(
      "resnet18.pth: this is no Inception-v3 that is known here: fc.weight has the shape [1000, 512]",
    );
    expect(attempt).toThrow("pt_inception-2015-12-05-6726825d.pth");
    expect(() =>
      inceptionVariantOf(
        computedWeights([], (_, dims) => tensor(dims)),
        "empty.pth",
      ),
    ).toThrow("there is no fc.weight");
  });
});
