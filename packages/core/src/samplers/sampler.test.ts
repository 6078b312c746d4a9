import type { Tensor } from "@glissade/graph";
import { InvalidArgumentError, UnknownNameError } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { torchGenerator } from "../random/torch-generator.ts";
import {
  collect,
  finalImage,
  karrasProcess,
  optimalDenoiser,
  unequalPixels,
} from "./__fixtures__/gaussian-data.ts";
import { ddim } from "./ddim.ts";
import { type SamplerEntry, samplerByName, samplers } from "./sampler-registry.ts";

const diffusion = karrasProcess(7, 0.01, 80);
const denoise = optimalDenoiser(diffusion, unequalPixels);
const x = torchGenerator(1).randn([2, 3, 4, 4]);
const all: readonly (readonly [string, SamplerEntry])[] = Object.entries(samplers);

describe.each(all)("a run of %s", (name, entry) => {
  const noise = () => torchGenerator(2).randn;

  it("reports every step, its index and timestep, from the noisiest to the clean image", async () => {
    const steps = await collect(entry.create(), { diffusion, denoise, noise: noise(), x, from: 5 });
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(steps.map(({ index }) => index)).toEqual([5, 4, 3, 2, 1, 0]);
    for (const step of steps) {
      expect(step.steps).toBe(6);
      expect(step.timestep).toBe(diffusion.timestepMap[step.index]);
      expect(step.x.dims).toEqual(x.dims);
      expect(step.x0.dims).toEqual(x.dims);
    }
    expect(steps.at(-1)?.x.data).toEqual(steps.at(-1)?.x0.data);
  });

  it("gives the same image for the same noise, and changes none of its inputs", async () => {
    const before = Float32Array.from(x.data);
    const sampler = entry.create();
    const first = await finalImage(sampler, { diffusion, denoise, noise: noise(), x });
    const second = await finalImage(sampler, { diffusion, denoise, noise: noise(), x });
    expect(second.data).toEqual(first.data);
    expect(x.data).toEqual(before);
  });

  it("keeps no history from one run to another that goes on beside it", async () => {
    const sampler = entry.create();
    const alone = await finalImage(sampler, { diffusion, denoise, noise: noise(), x });
    const left = sampler({ diffusion, denoise, noise: noise(), x });
    const right = sampler({ diffusion, denoise, noise: noise(), x });
    let last: Tensor | undefined;
    for await (const step of left) {
      await right.next();
      last = step.x;
    }
    expect(last?.data).toEqual(alone.data);
  });

  it(`is ${entry.deterministic ? "" : "not "}deterministic, as the registry says`, async () => {
    const first = await finalImage(entry.create(), {
      diffusion,
      denoise,
      noise: torchGenerator(3).randn,
      x,
    });
    const second = await finalImage(entry.create(), {
      diffusion,
      denoise,
      noise: torchGenerator(4).randn,
      x,
    });
    const equal = first.data.every((value, i) => value === second.data[i]);
    expect(equal).toBe(entry.deterministic);
  });

  it("evaluates the network as often as the registry says, one more or less in a run", async () => {
    let evaluations = 0;
    const counted = (state: Tensor, index: number) => {
      evaluations++;
      return denoise(state, index);
    };
    await finalImage(entry.create(), { diffusion, denoise: counted, noise: noise(), x });
    expect(Math.abs(evaluations - 8 * entry.evaluationsPerStep)).toBeLessThanOrEqual(1);
  });

  it("draws noise only after the network was evaluated, in every step or never", async () => {
    const order: string[] = [];
    const input = {
      diffusion,
      x,
      denoise: (state: Tensor, index: number) => {
        order.push("network");
        return denoise(state, index);
      },
      noise: (dims: readonly number[]) => {
        order.push("noise");
        return torchGenerator(5).randn(dims);
      },
    };
    await finalImage(entry.create(), input);
    const draws = order.filter((entry) => entry === "noise").length;
    if (name === "langevin") expect(draws).toBe(8 * 5);
    else if (name === "ddim") expect(draws).toBe(8);
    else expect(draws).toBe(entry.deterministic ? 0 : 8);
    if (draws > 0) expect(order.slice(0, 4)).toEqual(["network", "noise", "network", "noise"]);
  });

  it("stops between steps with the signal's reason", async () => {
    const stop = new AbortController();
    const run = entry.create()({ diffusion, denoise, noise: noise(), x, signal: stop.signal });
    await run.next();
    stop.abort(new Error("the user went away"));
    await expect(run.next()).rejects.toThrow("the user went away");
    await expect(
      entry.create()({ diffusion, denoise, noise: noise(), x, signal: stop.signal }).next(),
    ).rejects.toThrow("the user went away");
  });

  it.each([-1, 8, 2.5, Number.NaN])("refuses to start at step %f", async (from) => {
    await expect(
      entry.create()({ diffusion, denoise, noise: noise(), x, from }).next(),
    ).rejects.toSatisfy(
      (error) => InvalidArgumentError.isInstance(error) && error.argument === "from",
    );
  });

  it("makes an image in a single step", async () => {
    const image = await finalImage(entry.create(), {
      diffusion,
      denoise,
      noise: noise(),
      x,
      from: 0,
    });
    expect(image.data.every(Number.isFinite)).toBe(true);
  });
});

describe("samplerByName", () => {
  it("finds each sampler and makes it with its own options where they are given", () => {
    for (const [name, entry] of all) expect(samplerByName(name)).toBe(entry);
    expect(samplers.ddim.create).toBe(ddim);
  });

  it.each(["ddmi", "", "constructor", "toString"])("refuses %j and lists what there is", (name) => {
    expect(() => samplerByName(name)).toThrow(UnknownNameError);
    expect(() => samplerByName(name)).toThrow(
      /known: ddpm, ddim, plms, euler, euler-ancestral, heun, dpmpp-2m, dpmpp-2m-sde, unipc, langevin/,
    );
  });

  it("suggests the name that was probably meant", () => {
    expect(() => samplerByName("unpic")).toThrow('Did you mean "unipc"?');
  });
});
