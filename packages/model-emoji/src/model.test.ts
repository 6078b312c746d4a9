import { onnx } from "@glissade/backend-onnx";
import { type AnyTensor, type Backend, loadGlide, type Tensor } from "@glissade/core";
import { openModelFiles } from "@glissade/core/model";
import {
  clipImageGraph,
  clipTextGraph,
  parseClipConfig,
  parseTextToImageConfig,
  textGraph,
  textToImageGraph,
} from "@glissade/core/networks";
import { torchGenerator } from "@glissade/core/random";
import { clipTokenizer, glideTokenizer } from "@glissade/core/text";
import { type Graph, interpreter, typedTensor } from "@glissade/graph";
import { afterAll, describe, expect, it } from "vitest";
import { emoji } from "./index.ts";

const backend = onnx();
afterAll(() => backend.dispose());

const files = await openModelFiles(emoji);
const random = torchGenerator(1);

describe("every network of the emoji model", () => {
  it.each([
    ["base", {}],
    [
      "base_inpaint",
      { inpaint_image: random.randn([1, 3, 32, 32]), inpaint_mask: random.randn([1, 1, 32, 32]) },
    ],
    ["upsampler", { low_res: random.randn([1, 3, 8, 8]) }],
  ] as const)(
    "%s computes on ONNX Runtime what the interpreter computes in float64",
    async (name, conditions) => {
      const config = parseTextToImageConfig(await files.readJson(`${name}/config.json`));
      const lowRes = config.superResolution ? { lowRes: { height: 8, width: 8 } } : {};
      const { tokens, mask } = glideTokenizer(await files.readJson("tokenizer/tokenizer.json"), {
        contextLength: 24,
      }).paddedTokensAndMask("red apple");
      const text = {
        tokens: int64([1, tokens.length], tokens),
        mask: typedTensor("bool", [1, mask.length], Uint8Array.from(mask, Number)),
      };
      const { xf_out: _, ...features } = await runOn(
        backend,
        `${name}/model.safetensors`,
        textGraph(config),
        text,
      );
      const inputs = {
        x: random.randn([1, 3, 32, 32]),
        timesteps: typedTensor("float32", [1], Float32Array.of(370)),
        ...conditions,
        ...features,
      };
      await expectSame(
        `${name}/model.safetensors`,
        textToImageGraph(config, { height: 32, width: 32, ...lowRes }),
        inputs,
      );
    },
  );

  it("clip's two towers do too", async () => {
    const config = parseClipConfig(await files.readJson("clip/config.json"));
    const tokenizer = clipTokenizer(await files.readJson("clip_tokenizer/tokenizer.json"), {
      contextLength: config.text.textContext,
    });
    const { tokens, length } = tokenizer.paddedTokensAndLength("red apple");
    const text = { tokens: int64([1, tokens.length], tokens), lengths: int64([1], [length]) };
    await expectSame("clip/text_encoder/model.safetensors", clipTextGraph(config), text);
    const image = {
      x: random.randn([1, 3, config.image.imageSize, config.image.imageSize]),
      timesteps: typedTensor("float32", [1], Float32Array.of(370)),
    };
    await expectSame("clip/image_encoder/model.safetensors", clipImageGraph(config), image);
  });
});

describe("the emoji model", () => {
  it("loads as a URL and as a package, with its own defaults", async () => {
    for (const source of [emoji, "@glissade/model-emoji"]) {
      const glide = await loadGlide(source, { backend });
      expect([glide.baseSize, glide.imageSize]).toEqual([32, 128]);
      expect(glide.networks).toEqual(["base", "base_inpaint", "upsampler", "clip"]);
      expect(glide.defaults).toMatchObject({
        sampler: "dpmpp-2m",
        steps: 20,
        guidanceScale: 5,
        upscaling: { sampler: "dpmpp-2m", steps: 8 },
      });
      await glide.dispose();
    }
  });

  it("draws what it is asked for: colours in the middle, a light background at the corners", async () => {
    const glide = await loadGlide(emoji, { backend });
    const drawn = async (prompt: string) =>
      (await glide.generate({ prompt, seed: 5, upscale: false })).images[0]?.data ??
      new Uint8Array();
    const apple = await drawn("red apple");
    const [red, green, blue] = meanColor(apple, { left: 10, top: 14, size: 12 });
    expect(red).toBeGreaterThan(120);
    expect(green).toBeLessThan(red / 2);
    expect(blue).toBeLessThan(red / 2);
    for (const [left, top] of [[0, 0], [29, 0], [0, 29], [29, 29]] as const) expect(Math.min(...meanColor(apple, { left, top, size: 3 }))).toBeGreaterThan(170); // biome-ignore format: one line
    const [faceRed, faceGreen, faceBlue] = meanColor(await drawn("grinning face"), {
      left: 10,
      top: 10,
      size: 12,
    });
    expect(Math.min(faceRed, faceGreen)).toBeGreaterThan(faceBlue + 40); // yellow
    await glide.dispose();
  });
});

/** The same graph on ONNX Runtime and in the interpreter, within what float32 sums differ by. */
async function expectSame(
  path: string,
  graph: Graph,
  inputs: Readonly<Record<string, AnyTensor>>,
): Promise<void> {
  const [received, expected] = [
    await runOn(backend, path, graph, inputs),
    await runOn(interpreter(), path, graph, inputs),
  ];
  for (const [name, { data }] of Object.entries(expected)) {
    const other = (received[name] as Tensor).data;
    expect(other).toHaveLength(data.length);
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const difference = data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))),
      0,
    );
    expect(largest).toBeGreaterThan(0.1);
    expect(difference / largest).toBeLessThan(1e-4);
  }
}

async function runOn(
  on: Backend,
  path: string,
  graph: Graph,
  inputs: Readonly<Record<string, AnyTensor>>,
): Promise<Record<string, Tensor>> {
  const weights = await files.openWeights(path);
  const network = await on.compile(graph, weights);
  await weights.dispose();
  try {
    // all outputs of these graphs are float32
    return (await network.run(inputs)) as Record<string, Tensor>;
  } finally {
    await network.dispose();
  }
}

function int64(dims: readonly number[], values: ArrayLike<number>): AnyTensor {
  return typedTensor("int64", dims, BigInt64Array.from(Array.from(values), BigInt));
}

/** Mean red, green and blue of a square of an image 32 pixels wide. */
function meanColor(
  data: Uint8Array,
  { left, top, size }: { left: number; top: number; size: number },
): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let y = top; y < top + size; y++) {
    for (let x = left; x < left + size; x++)
      for (const channel of [0, 1, 2] as const)
        sums[channel] += (data[(y * 32 + x) * 3 + channel] as number) / size ** 2;
  }
  return sums;
}
