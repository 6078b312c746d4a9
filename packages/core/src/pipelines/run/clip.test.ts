import {
  concatRows,
  InvalidArgumentError,
  interpreter,
  joinWeights,
  mapTensor,
  type Tensor,
  tensor,
  typedTensor,
} from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { type GradientGuidance, linearScale } from "../../guidance/index.ts";
import { rgbImage } from "../../image/index.ts";
import { MissingNetworkError } from "../../model/description/read.ts";
import { openModelFiles } from "../../model/index.ts";
import {
  clipGuidanceGraph,
  clipPrefix,
  clipTextGraph,
  clipThroughUNetGraph,
  parseClipConfig,
  parseTextToImageConfig,
  type TextToImageConfig,
  textGraph,
} from "../../networks/index.ts";
import { imageSeeds, perImageNoise, torchGenerator } from "../../random/index.ts";
import { tinyClip, tinyModel } from "../../testing/tiny-model.ts";
import { clipTokenizer } from "../../text/index.ts";
import type { Glide } from "../glide.ts";
import { loadGlide } from "../load-glide.ts";

async function withGlide<T>(
  use: (glide: Glide) => Promise<T>,
  change?: Record<string, unknown>,
): Promise<T> {
  const backend = interpreter();
  const glide = await loadGlide(await tinyModel(change ?? (await tinyClip())), { backend });
  try {
    return await use(glide);
  } finally {
    await glide.dispose();
    expect(backend.openExecutables).toBe(0);
  }
}

/** The gradient of the similarity at a step, straight from the graphs. */
async function similarityGradient(
  x: Tensor,
  timestep: number,
  prompt: string,
): Promise<Float32Array> {
  const files = await openModelFiles(await tinyModel(await tinyClip()));
  const config = parseClipConfig(await files.readJson("clip/config.json"));
  const { tokens, length } = clipTokenizer(await files.readJson("clip_tokenizer/tokenizer.json"), {
    contextLength: 8,
  }).paddedTokensAndLength(prompt);
  const text = await interpreter().compile(
    clipTextGraph(config),
    await files.openWeights("clip/text_encoder/model.safetensors"),
  );
  const row = typedTensor("int64", [1, 8], BigInt64Array.from(Array.from(tokens, BigInt)));
  const { normalized } = await text.run({
    tokens: row,
    lengths: typedTensor("int64", [1], BigInt64Array.of(BigInt(length))),
  });
  const image = await interpreter().compile(
    clipGuidanceGraph(config),
    await files.openWeights("clip/image_encoder/model.safetensors"),
  );
  const count = x.dims[0] ?? 0;
  const rowsOf = (value: number) => tensor([count], new Float32Array(count).fill(value));
  const texts = concatRows(new Array<Tensor>(count).fill(normalized as Tensor));
  return (
    (await image.run({ x, timesteps: rowsOf(timestep), scale: rowsOf(1), text: texts }))[
      "grad.x"
    ] as Tensor
  ).data;
}

/** The U-Net's inputs that come of the text. */
function textInputs(config: TextToImageConfig): [name: string, dims: number[]][] {
  return textGraph(config)
    .outputs.filter(({ name }) => name !== "xf_out")
    .map(({ name, value }) => [
      name,
      (textGraph(config).types.get(value)?.dims ?? []).map((dim) =>
        dim === "batch" ? 1 : Number(dim),
      ),
    ]);
}

const quick = { prompt: "dot", count: 6, seed: 1, guidance: 1, steps: 6 };

describe("CLIP guidance", () => {
  it.each(["ddpm", "ddim", "dpmpp-2m"] as const)(
    "moves the first step of %s along the gradient of CLIP's similarity",
    (sampler) =>
      withGlide(async (glide) => {
        const first = async (clipGuidance: number) => {
          for await (const { x, timestep } of glide.generate({ ...quick, sampler, clipGuidance }))
            return { x: x.data, timestep };
          return expect.unreachable("it has steps");
        };
        const [{ x: plain, timestep }, { x: guided }, { x: more }] = [
          await first(0),
          await first(1),
          await first(2),
        ];
        const start = perImageNoise(imageSeeds(quick.seed, quick.count))([quick.count, 3, 4, 4]);
        const gradient = await similarityGradient(start, timestep, "dot");
        const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        for (const [i, slope] of gradient.entries()) {
          if (Math.abs(slope) < 0.01 * largest) continue;
          const [moved, movedMore] = [
            (guided[i] ?? 0) - (plain[i] ?? 0),
            (more[i] ?? 0) - (plain[i] ?? 0),
          ];
          expect(Math.sign(moved)).toBe(Math.sign(slope));
          expect(movedMore / moved).toBeCloseTo(2, 1);
        }
      }),
  );

  it("can look at the expected image instead, through the network: the gradient is that of central differences", () =>
    withGlide(async (glide) => {
      const files = await openModelFiles(await tinyModel(await tinyClip()));
      const [config, clip] = [
        parseTextToImageConfig(await files.readJson("base/config.json")),
        parseClipConfig(await files.readJson("clip/config.json")),
      ];
      const weights = joinWeights({
        "": await files.openWeights("base/model.safetensors"),
        [clipPrefix]: await files.openWeights("clip/image_encoder/model.safetensors"),
      });
      const network = await interpreter().compile(clipThroughUNetGraph(config, clip, 4), weights);
      const { randn } = torchGenerator(4);
      const x = randn([1, 3, 4, 4]);
      const one = (value: number) => tensor([1], [value]);
      const others = Object.fromEntries(
        textInputs(config).map(([name, dims]) => [name, randn(dims)]),
      );
      const inputs = {
        ...others,
        timesteps: one(300),
        text: randn([1, 8]),
        scale: one(1),
        x0_from_x: one(0.7),
        x0_from_output: one(-0.6),
      };
      const similarityAt = async (moved: Tensor) =>
        ((await network.run({ ...inputs, x: moved })).similarity as Tensor).data[0] as number;
      const gradient = ((await network.run({ ...inputs, x }))["grad.x"] as Tensor).data;
      const step = 1e-2;
      for (const i of [0, 7, 20, 47]) {
        const moved = (by: number) =>
          similarityAt(mapTensor(x, (value, k) => (k === i ? value + by : value)));
        const slope = ((await moved(step)) - (await moved(-step))) / (2 * step);
        expect(gradient[i]).toBeCloseTo(slope, 2);
      }
      const first = async (through: "x" | "x0") => {
        for await (const step of glide.generate({
          ...quick,
          sampler: "ddpm",
          clipGuidance: { scale: 5, through },
        }))
          return step.x.data.join();
        return "";
      };
      expect(await first("x0")).not.toBe(await first("x"));
    }));

  it("goes together with classifier-free guidance, and follows a schedule", () =>
    withGlide(async (glide) => {
      const final = async (options: object) =>
        (await glide.generate({ ...quick, count: 1, ...options })).images[0]?.data.join();
      const images = [
        await final({}),
        await final({ guidance: 3 }),
        await final({ clipGuidance: 2 }),
        await final({ guidance: 3, clipGuidance: 2 }),
        await final({ clipGuidance: { scale: linearScale(0, 4) } }),
      ];
      expect(new Set(images).size).toBe(images.length);
      expect(await final({ clipGuidance: { scale: () => 0 } })).toBe(images[0]);
    }));

  it("takes rules of the caller's own: a gradient towards white makes the first step lighter", () =>
    withGlide(async (glide) => {
      const white: GradientGuidance = {
        name: "white",
        scale: 2,
        gradient: async (x) => mapTensor(x, () => 1),
      };
      const first = async (gradients: readonly GradientGuidance[]) => {
        for await (const { x } of glide.generate({ ...quick, sampler: "ddpm", gradients }))
          return x.data;
        return expect.unreachable("it has steps");
      };
      const [plain, lighter] = [await first([]), await first([white])];
      for (const [i, value] of plain.entries()) expect(lighter[i]).toBeGreaterThan(value);
    }));

  it.each([-1, Number.NaN, Infinity, { scale: -2 }])("refuses a scale of %j", (clipGuidance) =>
    withGlide(async (glide) => {
      const error = await glide
        .generate({ ...quick, clipGuidance })
        .catch((reason: unknown) => reason);
      expect(InvalidArgumentError.isInstance(error) && error.argument).toBe("clipGuidance");
    }),
  );

  it("says what a model without CLIP lacks", () =>
    withGlide(async (glide) => {
      for (const asked of [
        glide.generate({ ...quick, clipGuidance: 1 }),
        glide.generate({ ...quick, keepBest: 1 }),
        glide.clipScore({ images: [], prompt: "dot" }),
      ]) {
        const error = await asked.catch((reason: unknown) => reason);
        expect(MissingNetworkError.isInstance(error) && error.network).toBe("clip");
      }
    }, {}));
});

describe("keepBest", () => {
  it("gives the images that fit best, best first, each as it would be alone", () =>
    withGlide(async (glide) => {
      const all = await glide.generate(quick);
      const best = await glide.generate({ ...quick, keepBest: 2 });
      const scores = await glide.clipScore({ images: all.images, prompt: "dot" });
      const order = scores.map((_, k) => k).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
      expect(best.images.map(({ seed }) => seed)).toEqual(order.slice(0, 2).map((k) => 1 + k));
      expect(best.images[0]?.data).toEqual(all.images[order[0] ?? 0]?.data);
      expect(best.images[0]?.clipScore).toBeGreaterThan(best.images[1]?.clipScore ?? Infinity);
      await expect(glide.generate({ ...quick, keepBest: 7 })).rejects.toThrow(/keepBest/);
    }));
});

describe("keepBest of an edited image", () => {
  it("tells the scores too", () =>
    withGlide(async (glide) => {
      const masked = {
        image: rgbImage(4, 4),
        mask: { width: 4, height: 4, data: new Uint8Array(16).fill(255) },
      };
      for (const { images } of [
        await glide.inpaint({ ...quick, ...masked, steps: 2, keepBest: 2 }),
        await glide.imageToImage({ ...quick, ...masked, keepBest: 2 }),
      ]) {
        expect(images).toHaveLength(2);
        expect(images[0]?.clipScore).toBeGreaterThan(images[1]?.clipScore ?? Infinity);
      }
    }));
});

describe("several prompts and none", () => {
  it("mixes prompts by their weights: all the weight on one is that one", () =>
    withGlide(async (glide) => {
      const final = async (prompt: Parameters<Glide["generate"]>[0]["prompt"]) =>
        (await glide.generate({ ...quick, count: 1, guidance: 2, prompt })).images[0]?.data.join();
      const [dot, line] = [await final("dot"), await final("line")];
      expect(await final([{ prompt: "dot", weight: 1 }, { prompt: "line", weight: 0 }])).toBe(dot); // biome-ignore format: one line
      const mixed = await final([{ prompt: "dot", weight: 0.5 }, { prompt: "line", weight: 0.5 }]); // biome-ignore format: one line
      const away = await final([{ prompt: "dot", weight: 1.5 }, { prompt: "line", weight: -0.5 }]); // biome-ignore format: one line
      expect(new Set([dot, line, mixed, away, await final(null)]).size).toBe(5);
    }));

  it("goes from one prompt and noise to another, beginning and ending where both are", () =>
    withGlide(async (glide) => {
      const [from, to] = [{ prompt: "dot", seed: 1 }, { prompt: "line", seed: 2 }]; // biome-ignore format: one line
      const { images } = await glide.interpolate({ from, to, count: 3, guidance: 2 });
      const alone = await Promise.all(
        [from, to].map((end) => glide.generate({ ...end, guidance: 2 })),
      );
      expect(images).toHaveLength(3);
      for (const [k, { images: expected }] of [
        [0, alone[0]],
        [2, alone[1]],
      ] as [number, NonNullable<(typeof alone)[number]>][]) {
        // biome-ignore format: one line
        const difference = images[k]?.data.map((level, i) => Math.abs(level - (expected[0]?.data[i] ?? 0))) ?? [];
        expect(Math.max(...difference)).toBeLessThanOrEqual(1);
      }
    }));
});
