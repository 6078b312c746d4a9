import {
  InvalidArgumentError,
  mapTensor,
  type Tensor,
  tensor,
  UnknownNameError,
} from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  cosineProcess,
  glide,
  largestError,
  linearProcess,
  linearSteps,
  pixels,
} from "./__fixtures__/reference-pixels.ts";
import { dynamicThresholding } from "./dynamic-thresholding.ts";
import { qSample } from "./forward-process.ts";
import { gaussianDiffusion } from "./gaussian-diffusion.ts";
import { splitChannelHalves, type VarianceType } from "./learned-variance.ts";
import {
  type MeanType,
  predictX0FromEpsilon,
  predictX0FromPrevious,
  predictX0FromVelocity,
} from "./predicted-x0.ts";
import {
  predict,
  predictEpsilonFromVelocity,
  predictEpsilonFromX0,
  velocity,
} from "./prediction.ts";

const { t, x, x0, modelOutput } = glide;
const epsilon = splitChannelHalves(modelOutput)[0];

describe("predict", () => {
  it("gives GLIDE's distribution with a clipped x_0", () => {
    const prediction = predict(cosineProcess, modelOutput, x, t);
    expect(
      largestError(
        prediction.mean,
        [-1.0122732, -0.926633, -0.7769252, -1.0000006, 0.99984264, 1.0007235],
      ),
    ).toBeLessThan(1e-6);
    expect(
      largestError(
        prediction.variance,
        [0.1732425, 0.15087391, 0.15889548, 0.0024553214, 0.003509356, 0.0007379112],
      ),
    ).toBeLessThan(1e-7);
    expect(
      largestError(
        prediction.logVariance,
        [-1.753063, -1.8913108, -1.8395087, -6.0094976, -5.652323, -7.211687],
      ),
    ).toBeLessThan(1e-6);
    expect([...prediction.x0.data]).toEqual([-1, -1, -1, -1, 1, 1]);
  });

  it("gives GLIDE's distribution without a clip", () => {
    const prediction = predict(cosineProcess, modelOutput, x, t, { clipDenoised: false });
    expect(
      largestError(
        prediction.mean,
        [-1.3135383, -1.3707806, -0.7911677, -1.0393611, 1.2260727, 1.381571],
      ),
    ).toBeLessThan(1e-6);
    expect(
      largestError(
        prediction.x0,
        [-1.6709377, -1.9891466, -1.0317189, -1.039407, 1.226497, 1.3812971],
      ),
    ).toBeLessThan(1e-6);
  });

  it("applies denoisedFn before the clip", () => {
    const prediction = predict(cosineProcess, modelOutput, x, t, {
      denoisedFn: (value) => mapTensor(value, (v) => v * 0.5 + 0.25),
    });
    expect(
      largestError(
        prediction.mean,
        [-0.82614, -0.811941, -0.44728068, -0.27056512, 0.8632524, 0.9414421],
      ),
    ).toBeLessThan(1e-6);
    expect(
      largestError(
        prediction.x0,
        [-0.5854688, -0.7445733, -0.26585943, -0.2697035, 0.8632485, 0.94064856],
      ),
    ).toBeLessThan(1e-6);
    expect(
      predict(cosineProcess, modelOutput, x, t, { denoisedFn: () => pixels(2, 2, 2, -2, -2, 0) })
        .x0,
    ).toEqual(pixels(1, 1, 1, -1, -1, 0));
  });

  it("re-derives epsilon from the clipped x_0, so that both make x_t", () => {
    const prediction = predict(cosineProcess, modelOutput, x, t);
    expect(
      largestError(qSample(cosineProcess, prediction.x0, t, prediction.epsilon), [...x.data]),
    ).toBeLessThan(1e-6);
    expect(largestError(prediction.epsilon, [...epsilon.data])).toBeGreaterThan(0.1);
    const unclipped = predict(cosineProcess, modelOutput, x, t, { clipDenoised: false });
    expect(largestError(unclipped.epsilon, [...epsilon.data])).toBeLessThan(2e-6);
  });

  it("takes another rule in place of the clip", () => {
    const rule = dynamicThresholding();
    const denoised = predict(cosineProcess, modelOutput, x, t, { clipDenoised: false }).x0;
    expect(predict(cosineProcess, modelOutput, x, t, { clipDenoised: rule }).x0).toEqual(
      rule(denoised),
    );
  });

  it.each<[MeanType, VarianceType, Tensor, Tensor, readonly number[], readonly number[]]>([
    [
      "epsilon",
      "fixed-small",
      pixels(-0.82127583, -0.2772031, -1.1002574, -0.09553506, 0.70788914, -1.1843771),
      pixels(-0.2628761, 0.87727004, -0.18786134, -0.3092257, -0.07919968, 0.017965915),
      [-0.818688, -0.28599012, -1.0, -0.049941823, 0.72619045, -1.14181],
      [-9.226332, -9.226332, -9.226332, -2.0767944, -2.0767944, -2.0767944],
    ],
    [
      "epsilon",
      "fixed-large",
      pixels(1.8763387, 0.4457085, -1.093604, 1.9781699, 0.58636653, -0.1684235),
      pixels(0.2860409, -0.8031402, 0.704582, 0.7594595, 0.9324358, 0.61135334),
      [1.0, 0.4537626, -1.0, 1.834201, 0.47108418, -0.25563806],
      [-9.226332, -9.226332, -9.226332, -2.011904, -2.011904, -2.011904],
    ],
    [
      "epsilon",
      "learned",
      pixels(0.49399972, 0.3371711, -1.3036877, 0.029564217, -0.47233424, -0.9857805),
      pixels(
        ...[-0.32287416, -1.117741, -0.70403445, 0.38734472, 0.05281515, -0.017241893],
        ...[-0.3554162, -0.49384868, -0.45299044, -0.15449615, -0.19025175, 0.11987314],
      ),
      [0.4972533, 0.3483659, -1.0, 0.09233992, -0.42331633, -0.9685829],
      [0.38734472, 0.05281515, -0.017241893, -0.15449615, -0.19025175, 0.11987314],
    ],
    [
      "start-x",
      "learned-range",
      pixels(-1.1079155, -1.0201504, -0.5907631, -1.2348776, 0.9206743, -0.40674332),
      pixels(
        ...[-0.24971353, 0.32350516, -0.16402103, 0.79353803, -1.3381321, 1.2555834],
        ...[0.42166537, -0.2527787, -0.08815133, 0.3084851, 0.10987251, 0.43452105],
      ),
      [-0.24971353, 0.32350516, -0.16402103, -1.0312823, 0.7755795, -0.36436912],
      [-9.211991, -9.229034, -9.208298, -2.0343404, -2.0407844, -2.030251],
    ],
    [
      "previous-x",
      "fixed-small",
      pixels(-1.1079587, -1.1394122, 0.19784832, -2.339061, 0.26552954, -0.18067874),
      pixels(0.7368613, -0.95011646, -0.41392395, 0.10090397, 0.21463595, -0.16855145),
      [0.7368613, -0.95011646, -0.41392395, 0.10090397, 0.21463595, -0.16855145],
      [-9.226332, -9.226332, -9.226332, -2.0767944, -2.0767944, -2.0767944],
    ],
  ])(
    "gives guided-diffusion's distribution for a network of type %s and %s",
    (meanType, varianceType, xt, output, mean, logVariance) => {
      const prediction = predict(linearProcess, output, xt, linearSteps, {
        meanType,
        varianceType,
      });
      expect(largestError(prediction.mean, mean)).toBeLessThan(1e-6);
      expect(largestError(prediction.logVariance, logVariance)).toBeLessThan(1e-6);
      // the posterior has no variance at t = 0; its logarithm is clipped
      const smallIsZero = varianceType === "fixed-small";
      const variance = logVariance.map((value, i) => (smallIsZero && i < 3 ? 0 : Math.exp(value)));
      expect(largestError(prediction.variance, variance)).toBeLessThan(1e-6);
    },
  );

  it("gives guided-diffusion's x_0 for a network that says the mean of x_(t-1)", () => {
    const xt = pixels(-1.1079587, -1.1394122, 0.19784832, -2.339061, 0.26552954, -0.18067874);
    const output = pixels(0.7368613, -0.95011646, -0.41392395, 0.10090397, 0.21463595, -0.16855145);
    const prediction = predict(linearProcess, output, xt, linearSteps, {
      meanType: "previous-x",
      varianceType: "fixed-small",
    });
    expect(
      largestError(
        prediction.x0,
        [0.7368613, -0.95011646, -0.41392395, 1.0, -0.15611088, -0.100738525],
      ),
    ).toBeLessThan(2e-6);
  });

  it("understands the same truth said as noise, image, velocity or previous image", () => {
    const noise = glide.noise;
    const xt = qSample(cosineProcess, x0, t, noise);
    const said: Record<MeanType, Tensor> = {
      epsilon: noise,
      "start-x": x0,
      velocity: velocity(cosineProcess, x0, t, noise),
      "previous-x": predict(cosineProcess, x0, xt, t, {
        meanType: "start-x",
        varianceType: "fixed-small",
      }).mean,
    };
    for (const [meanType, output] of Object.entries(said) as [MeanType, Tensor][]) {
      const prediction = predict(cosineProcess, output, xt, t, {
        meanType,
        varianceType: "fixed-small",
      });
      expect(largestError(prediction.x0, [...x0.data]), meanType).toBeLessThan(3e-6);
      expect(largestError(prediction.epsilon, [...noise.data]), meanType).toBeLessThan(1e-5);
    }
  });

  it("works at a step of pure noise for a network that says velocity", () => {
    const diffusion = gaussianDiffusion(Float64Array.of(0.5, 1)); // abar = 0.5, 0: Lin et al. 2024
    const prediction = predict(
      diffusion,
      mapTensor(x0, (value) => -value),
      x,
      1,
      { meanType: "velocity", varianceType: "fixed-small" },
    );
    expect(prediction.x0).toEqual(x0);
    expect(prediction.epsilon).toEqual(x);
  });

  it("refuses outputs whose shape does not fit the variance type", () => {
    expect(() => predict(cosineProcess, epsilon, x, t)).toThrow(InvalidArgumentError);
    expect(() =>
      predict(cosineProcess, modelOutput, x, t, { varianceType: "fixed-small" }),
    ).toThrow(InvalidArgumentError);
    expect(() => predict(cosineProcess, tensor([2, 8, 1, 1]), x, t)).toThrow(InvalidArgumentError);
  });

  it("refuses unknown types", () => {
    expect(() =>
      predict(cosineProcess, modelOutput, x, t, { meanType: "eps" as MeanType }),
    ).toThrow(UnknownNameError);
    expect(() =>
      predict(cosineProcess, modelOutput, x, t, { varianceType: "learned-rage" as VarianceType }),
    ).toThrow('Did you mean "learned-range"?');
  });
});

describe("conversions between predictions", () => {
  it("are the reference's from epsilon to x_0 and back", () => {
    expect(
      largestError(
        predictX0FromEpsilon(cosineProcess, x, t, epsilon),
        [-1.6709377, -1.9891466, -1.0317189, -1.039407, 1.226497, 1.3812971],
      ),
    ).toBeLessThan(1e-6);
    expect(
      largestError(
        predictEpsilonFromX0(cosineProcess, x, t, x0),
        [-1.5581543, -0.40282384, -0.25222877, -0.39657488, 9.87526, 5.488535],
      ),
    ).toBeLessThan(1e-6);
  });

  it("turn (x_t, v) by the angle of the timestep, as Salimans and Ho draw it", () => {
    const angle = Math.atan2(
      cosineProcess.sqrtOneMinusAlphasCumprod[4] as number,
      cosineProcess.sqrtAlphasCumprod[4] as number,
    );
    const [xt, v] = [tensor([1, 1], [0.7]), tensor([1, 1], [-0.3])];
    expect(predictX0FromVelocity(cosineProcess, xt, 4, v).data[0]).toBeCloseTo(
      Math.cos(angle) * 0.7 + Math.sin(angle) * 0.3,
      6,
    );
    expect(predictEpsilonFromVelocity(cosineProcess, xt, 4, v).data[0]).toBeCloseTo(
      Math.sin(angle) * 0.7 - Math.cos(angle) * 0.3,
      6,
    );
  });

  it("invert the posterior mean", () => {
    const { mean } = predict(cosineProcess, x0, x, t, {
      meanType: "start-x",
      varianceType: "fixed-small",
    });
    expect(
      largestError(predictX0FromPrevious(cosineProcess, x, t, mean), [...x0.data]),
    ).toBeLessThan(2e-6);
  });
});

describe("splitChannelHalves", () => {
  it("takes channels, not rows, apart", () => {
    const [first, last] = splitChannelHalves(tensor([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]));
    expect(first).toEqual(tensor([2, 1, 2], [0, 1, 4, 5]));
    expect(last).toEqual(tensor([2, 1, 2], [2, 3, 6, 7]));
  });

  it("refuses an odd number of channels", () => {
    expect(() => splitChannelHalves(tensor([1, 3, 2, 2]))).toThrow(InvalidArgumentError);
  });
});
