import { tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import {
  finalImage,
  karrasProcess,
  optimalDenoiser,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { ddim } from "./ddim.ts";
import { samplerFrom } from "./sampler-registry.ts";

describe("samplerFrom", () => {
  it("takes a name with options", async () => {
    const diffusion = karrasProcess(4, 0.01, 80);
    const input = {
      diffusion,
      denoise: optimalDenoiser(diffusion, unequalPixels),
      noise: (dims: readonly number[]) => tensor(dims, new Float32Array(4096).fill(0.5)),
      x: tensor([1, 1, 64, 64]),
    };
    const half = await finalImage(samplerFrom({ name: "ddim", eta: 0.5 }), input);
    expect(half).toEqual(await finalImage(ddim({ eta: 0.5 }), input));
    expect(half).not.toEqual(await finalImage(samplerFrom("ddim"), input));
  });

  it("refuses names, options and values that are wrong", () => {
    expect(() => samplerFrom("dimm")).toThrow("sampler");
    expect(() => samplerFrom({ name: "ddim", etta: 1 })).toThrow('Did you mean "eta"');
    expect(() => samplerFrom({ name: "ddim", eta: 2 })).toThrow("eta");
  });
});
