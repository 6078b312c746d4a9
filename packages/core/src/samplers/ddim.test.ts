import { type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { respace } from "../diffusion/gaussian-diffusion.ts";
import { predict } from "../diffusion/prediction.ts";
import { finalImage, largestError } from "./__fixtures__/gaussian-data.ts";
import { absoluteSum, linearProcess, ramp, rampDenoiser } from "./__fixtures__/published-loop.ts";
import { modelOutput, noise, referenceProcess, t, x } from "./__fixtures__/reference-step.ts";
import { ddim, ddimReverseStep, ddimStep } from "./ddim.ts";

const silence = (dims: readonly number[]): Tensor => tensor(dims);

describe("ddimStep", () => {
  it("takes the reference's step, for rows at different timesteps", () => {
    const sample = ddimStep(referenceProcess, predict(referenceProcess, modelOutput, x, t), t, {
      eta: 0.5,
      noise,
    });
    expect(
      largestError(
        sample.data,
        [-0.8408654, -0.1112103, -0.7382658, -1.0109282, -0.3930778, 0.6968022],
      ),
    ).toBeLessThan(2e-6);
  });

  it.each([
    [400, 420, 0.14771],
    [960, 980, 0.3246],
    [486, 487, 0.00979],
  ])(
    "adds the variance that diffusers publishes for the step from %i to %i of the linear diffusion",
    (to, from, variance) => {
      const diffusion = respace(linearProcess(), [to, from]);
      const nothing = tensor([1, 1, 1, 1]);
      const prediction = {
        mean: nothing,
        variance: nothing,
        logVariance: nothing,
        x0: nothing,
        epsilon: nothing,
      };
      const [sigma] = ddimStep(diffusion, prediction, 1, {
        eta: 1,
        noise: tensor([1, 1, 1, 1], [1]),
      }).data;
      expect(Math.abs((sigma as number) ** 2 - variance)).toBeLessThan(1e-5);
    },
  );

  it("adds no noise in the step to the clean image", () => {
    const prediction = predict(referenceProcess, modelOutput, x, 0);
    expect(ddimStep(referenceProcess, prediction, 0, { eta: 1, noise }).data).toEqual(
      prediction.x0.data,
    );
  });
});

describe("ddimStep from nearly pure noise", () => {
  it("leaves, as the reference, no old noise where eta is 1", () => {
    const prediction = predict(referenceProcess, modelOutput, x, 9);
    const without = { ...prediction, epsilon: tensor(x.dims) };
    expect(ddimStep(referenceProcess, prediction, 9, { eta: 1, noise })).toEqual(
      ddimStep(referenceProcess, without, 9, { eta: 1, noise }),
    );
    expect(ddimStep(referenceProcess, prediction, 9, { eta: 0.99, noise })).not.toEqual(
      ddimStep(referenceProcess, without, 9, { eta: 0.99, noise }),
    );
  });
});

describe("ddimReverseStep", () => {
  it("takes the reference's step, for rows at different timesteps", () => {
    const sample = ddimReverseStep(
      referenceProcess,
      predict(referenceProcess, modelOutput, x, t),
      t,
    );
    expect(
      largestError(
        sample.data,
        [-0.6473422, -0.7724047, -0.5154412, -1.6821949, 0.0695268, 0.6632488],
      ),
    ).toBeLessThan(2e-6);
  });

  it("leads from the last step to pure noise", () => {
    const prediction = predict(referenceProcess, modelOutput, x, 9);
    expect(ddimReverseStep(referenceProcess, prediction, 9).data).toEqual(prediction.epsilon.data);
  });
});

describe("ddim", () => {
  // Sums of absolute values that diffusers publishes for its DDIM scheduler, 10 steps of a stride
  // of 100.
  it.each([
    ["epsilon", 0.0001, 172.0067],
    ["velocity", 0.0001, 52.5302],
    ["epsilon", 0.01, 149.8295],
  ] as const)(
    "ends where diffusers publishes that it ends (%s, first beta %f)",
    async (meanType, firstBeta, sum) => {
      const diffusion = respace(
        linearProcess(firstBeta),
        [0, 100, 200, 300, 400, 500, 600, 700, 800, 900],
      );
      const image = await finalImage(ddim(), {
        diffusion,
        denoise: rampDenoiser(diffusion, { meanType, clipDenoised: true }),
        noise: silence,
        x: ramp,
      });
      expect(Math.abs(absoluteSum(image) - sum)).toBeLessThan(1e-2);
    },
  );

  it.each([-0.1, 1.1, Number.NaN])("refuses eta %f", (eta) => {
    expect(() => ddim({ eta })).toThrow("expected a number from 0 to 1");
  });
});
