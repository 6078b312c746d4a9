import { type AnyTensor, tensor, typedTensor } from "@glissade/graph";
import { expect, it } from "vitest";
import { classifierGradient } from "./classifier.ts";

it("differentiates log p(y | x_t) for the class of each image", async () => {
  const x = tensor([2, 1, 1, 1], [0.25, -0.5]);
  const classes = typedTensor("int64", [2], BigInt64Array.of(3n, 1n));
  const given: Readonly<Record<string, AnyTensor>>[] = [];
  const gradient = classifierGradient({
    classes,
    differentiate: async (inputs) => {
      given.push(inputs);
      return x;
    },
  });
  expect(await gradient(x, 40)).toBe(x);
  expect(given).toEqual([
    { x, timesteps: tensor([2], [40, 40]), y: classes, scale: tensor([2], [1, 1]) },
  ]);
});
