import { onnx } from "@glissade/backend-onnx";
import { afterAll, describe, expect, it } from "vitest";
import "@tensorflow/tfjs"; // registers the derivatives of TensorFlow.js's own operations
import { type Case, Maker, operationCases } from "@glissade/graph/testing";
import { startedProviders } from "./__fixtures__/started-providers.ts";
import {
  differentiableNames,
  expectSameGradients,
  threeGradients,
} from "./__fixtures__/three-gradients.ts";
import { tfjs } from "./tfjs-backend.ts";

const runtime = onnx();
afterAll(() => runtime.dispose());

/**
 * A comparison and a conversion have none, and the shared case of a stopped gradient leaves none.
 */
const withoutDerivative = ["less", "cast", "stopGradient"];

const cases: readonly (readonly [name: string, operation: string, build: Case])[] = [
  ...Object.entries(operationCases)
    .filter(([operation]) => !withoutDerivative.includes(operation))
    .flatMap(([operation, variants]) =>
      Object.entries(variants).map(
        ([variant, build]) => [`${operation} ${variant}`, operation, build] as const,
      ),
    )
    // core derives those of images of a known size
    .filter(([name]) => name !== "groupNorm with two symbolic axes"),
  [
    "stopGradient beside what is differentiated",
    "stopGradient",
    ({ g, x }) => {
      const value = x([2, 3]);
      return g.mul(g.stopGradient(g.exp(value)), value);
    },
  ],
];

for (const { provider, opened, title } of await startedProviders(["node", "cpu"])) {
  describe.skipIf(!opened)(
    `the derivative ${title}, by core's rules and by TensorFlow.js's, is that of ONNX Runtime`,
    () => {
      const backend = tfjs({ providers: [provider] });
      afterAll(() => backend.dispose());

      // TensorFlow.js's own ResizeNearestNeighborGrad is wrong on its cpu backend for batches of
      // more than one (4.22).
      const isSound = (operation: string) => provider !== "cpu" || operation !== "upsampleNearest";

      it.each(cases)("%s", async (_, operation, build) => {
        const make = new Maker();
        make.g.output("y", build(make));
        const graph = make.g.build();
        const names = differentiableNames(graph);
        expect(names.length).toBeGreaterThan(0);
        const on = {
          onnx: runtime,
          tfjs: backend,
          opened: isSound(operation) ? opened : undefined,
        };
        const gradients = await threeGradients(on, {
          graph,
          inputs: make.inputs,
          parameters: make.parameters,
          of: "y",
          withRespectTo: names,
        });
        expectSameGradients(gradients.tfjs, gradients.onnx, 1e-5);
        if (gradients.own) expectSameGradients(gradients.own, gradients.onnx, 1e-5);
      });
    },
  );
}
