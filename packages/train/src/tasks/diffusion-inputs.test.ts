import { betaSchedule, gaussianDiffusion } from "@glissade/core/diffusion";
import { parseTextToImageConfig } from "@glissade/core/networks";
import { philoxGenerator } from "@glissade/core/random";
import { tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { objective } from "../objectives/index.ts";
import { letters, tinyTask } from "../trainer/__fixtures__/tiny-run.ts";
import { captionTokens } from "./caption-tokens.ts";
import { diffusionTask } from "./diffusion-task.ts";
import { erasedRegions } from "./erased-regions.ts";
import { lowResolution } from "./low-resolution.ts";
import { stepRandom } from "./training-task.ts";

const ramp = (dims: readonly number[]) =>
  tensor(
    dims,
    Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, i) =>
      Math.sin(i),
    ),
  );

describe("captionTokens", () => {
  it("gives the tokenizer's rows where nothing is dropped", () => {
    const { tokens, mask } = captionTokens(letters, ["ab", "wxyz"], 0, philoxGenerator(1));
    expect([...tokens.data]).toEqual([0n, 1n, 26n, 22n, 23n, 24n]);
    expect([...mask.data]).toEqual([1, 1, 0, 1, 1, 1]);
    expect([tokens.dims, mask.dims]).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });

  it("drops the share of captions that it is told", () => {
    const captions = Array.from({ length: 4000 }, () => "abc");
    const empty = ({ mask }: ReturnType<typeof captionTokens>) =>
      captions.filter((_, row) =>
        mask.data.subarray(3 * row, 3 * row + 3).every((known) => known === 0),
      ).length;
    expect(empty(captionTokens(letters, captions, 0, philoxGenerator(1)))).toBe(0);
    expect(empty(captionTokens(letters, captions, 1, philoxGenerator(1)))).toBe(4000);
    expect(
      Math.abs(empty(captionTokens(letters, captions, 0.2, philoxGenerator(1))) - 800),
    ).toBeLessThan(4 * Math.sqrt(4000 * 0.2 * 0.8));
  });
});

describe("erasedRegions", () => {
  const masks = erasedRegions(1000, 16, philoxGenerator(2));
  const erased = Array.from(
    { length: 1000 },
    (_, i) => masks.data.subarray(256 * i, 256 * i + 256).filter((known) => known === 0).length,
  );

  it("gives masks of 0 and 1, from nothing erased to everything", () => {
    expect(masks.dims).toEqual([1000, 1, 16, 16]);
    expect(new Set(masks.data)).toEqual(new Set([0, 1]));
    const mean = erased.reduce((sum, count) => sum + count, 0) / 256_000;
    expect(mean).toBeGreaterThan(0.25);
    expect(mean).toBeLessThan(0.6);
  });

  it("erases a tenth of the images as a whole", () => {
    const whole = erased.filter((count) => count === 256).length;
    expect(Math.abs(whole - 100)).toBeLessThan(4 * Math.sqrt(90));
  });

  it("does not depend on the images that come after", () => {
    expect(erasedRegions(2, 16, philoxGenerator(2)).data).toEqual(masks.data.slice(0, 512));
  });
});

describe("lowResolution", () => {
  it("is the mean of each square of pixels", () => {
    const images = tensor(
      [1, 2, 4, 4],
      [1, 3, 0, 0, 5, 7, 0, 0, 1, 1, 2, 2, 1, 1, 2, 6, ...new Array(16).fill(8)],
    );
    expect([...lowResolution(images, { side: 2 }, philoxGenerator(1)).data]).toEqual([
      4, 0, 1, 3, 8, 8, 8, 8,
    ]);
    expect(lowResolution(images, { side: 4 }, philoxGenerator(1))).toEqual(images);
  });

  it("adds noise of a deviation that is uniform up to the one asked for", () => {
    const noisy = lowResolution(
      tensor([400, 3, 8, 8]),
      { side: 8, noise: 0.3 },
      philoxGenerator(3),
    ).data;
    const square = noisy.reduce((sum, value) => sum + value * value, 0) / noisy.length;
    // the mean of the square of a uniform number is 1/3
    expect(square).toBeCloseTo(0.3 ** 2 / 3, 2);
    const deviations = Array.from({ length: 400 }, (_, i) =>
      Math.sqrt(
        noisy.subarray(192 * i, 192 * (i + 1)).reduce((sum, value) => sum + value * value, 0) / 192,
      ),
    );
    expect(Math.max(...deviations)).toBeLessThan(0.36);
    expect(deviations.filter((deviation) => deviation < 0.15).length / 400).toBeCloseTo(0.5, 1);
  });

  it("blurs the share of images that it is told, and keeps a plain one and the mean of one away from its edges", () => {
    const spot = tensor(
      [500, 1, 5, 5],
      Float32Array.from({ length: 12500 }, (_, i) => (i % 25 === 12 ? 1 : 0)),
    );
    const blurred = lowResolution(spot, { side: 5, blur: 0.4 }, philoxGenerator(4)).data;
    const rows = Array.from({ length: 500 }, (_, i) => blurred.subarray(25 * i, 25 * i + 25));
    expect(Math.abs(rows.filter((row) => (row[12] as number) < 1).length - 200)).toBeLessThan(
      4 * Math.sqrt(120),
    );
    for (const row of rows) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const centres = rows.map((row) => Math.sqrt(row[12] as number)).filter((centre) => centre < 1);
    // The middle of a 3-tap Gaussian kernel of deviation 0.6 and of 0.4.
    expect(Math.min(...centres)).toBeGreaterThan(1 / (1 + 2 * Math.exp(-1 / (2 * 0.36))) - 1e-6);
    expect(Math.max(...centres)).toBeLessThan(1 / (1 + 2 * Math.exp(-1 / (2 * 0.16))) + 1e-6);
    const plain = lowResolution(
      tensor([1, 1, 4, 4], new Float32Array(16).fill(0.25)),
      { side: 4, blur: 1 },
      philoxGenerator(5),
    ).data;
    for (const value of plain) expect(value).toBeCloseTo(0.25, 6);
  });

  it("refuses a side that does not divide the image's", () => {
    expect(() => lowResolution(tensor([1, 3, 4, 4]), { side: 3 }, philoxGenerator(1))).toThrow(
      "a divisor of the images' side, 4",
    );
  });
});

describe("diffusionTask", () => {
  const process = gaussianDiffusion(betaSchedule("linear", 1000));
  const network = {
    num_channels: 32,
    image_size: 4,
    num_res_blocks: 1,
    channel_mult: [1],
    attention_resolutions: [2],
  };
  const batch = { images: ramp([2, 3, 4, 4]), captions: ["a", "b"] };

  it("gives each variant of the network the inputs that its loss graph has", () => {
    for (const variant of [{}, { inpaint: true }, { super_res: true }]) {
      const config = parseTextToImageConfig({ ...network, ...variant });
      const lowRes = config.superResolution && { lowRes: { side: 2 } };
      const task = diffusionTask({
        name: "x",
        config,
        side: 4,
        process,
        objective: objective(),
        tokenizer: letters,
        ...lowRes,
      });
      const prepared = task.prepare(batch, stepRandom(1, 0)).inputs;
      const graph = task.lossGraph(2);
      expect(new Set(Object.keys(prepared))).toEqual(new Set(graph.inputs.map(({ name }) => name)));
      for (const { name, dims, dtype } of graph.inputs)
        expect([prepared[name]?.dims, prepared[name]?.dtype]).toEqual([dims, dtype]);
      expect(new Set(task.parameterShapes().map(({ name }) => name))).toEqual(
        new Set(graph.parameters.map(({ name }) => name)),
      );
    }
  });

  it("prepares a step from its seed and its number alone", () => {
    const task = tinyTask();
    const prepare = (seed: number, step: number) =>
      task.prepare(batch, stepRandom(seed, step)).inputs;
    expect(prepare(1, 7)).toEqual(prepare(1, 7));
    expect(prepare(1, 8).noise).not.toEqual(prepare(1, 7).noise);
    expect(prepare(2, 7).noise).not.toEqual(prepare(1, 7).noise);
  });

  it("refuses a tokenizer of another network and an upsampler without its low resolution", () => {
    const common = { name: "x", side: 4, process, objective: objective() };
    const text = { text_ctx: 3, xf_width: 8, xf_layers: 1, xf_heads: 1, n_vocab: 28 };
    expect(() =>
      diffusionTask({
        ...common,
        config: parseTextToImageConfig({ ...network, ...text }),
        tokenizer: letters,
      }),
    ).toThrow("28 tokens in rows of 3");
    expect(() =>
      diffusionTask({
        ...common,
        config: parseTextToImageConfig({ ...network, super_res: true }),
        tokenizer: letters,
      }),
    ).toThrow("lowRes");
  });
});
