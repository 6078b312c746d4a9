import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { type Glide, loadGlide, type SamplerName, samplerByName } from "@glissade/core";
import {
  glideBase,
  glideUpsampler,
  parseTextToImageConfig,
  textGraph,
  textToImageGraph,
} from "@glissade/core/networks";
import { convertWeights } from "@glissade/core/weights";
import { computedWeights } from "@glissade/graph";
import { loadGpt2Vocabulary } from "@glissade/vocabularies/gpt2";
import { scaledNoise } from "./random-weights.ts";

const usage = `npm run bench -- full-size [--steps 15] [--sampler dpmpp-2m] [--upscale-steps 8] [--upscale-sampler ddim] [--count 1] [--dtype float16] [--keep-loaded] [--json]

Makes an image with networks of the published models' size, 64 to 256 pixels, from random weights in a model folder (1.6 GB of temporary disk in float16), and says what it took.`;

/**
 * Reference on two cores, as the issue of comparison states it: seconds a pass of the base network
 * with two rows, and of the upsampler with one.
 */
const referenceSeconds = { base: 3.1, upsampler: 10 };

export async function benchFullSize(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      steps: { type: "string", default: "15" },
      sampler: { type: "string", default: "dpmpp-2m" },
      "upscale-steps": { type: "string", default: "8" },
      "upscale-sampler": { type: "string", default: "ddim" },
      count: { type: "string", default: "1" },
      dtype: { type: "string", default: "float16" },
      "keep-loaded": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const folder = await mkdtemp(join(tmpdir(), "glissade-full-size-"));
  try {
    console.error(`Writing a model of the published size to ${folder} ...`);
    await writeFullSizeModel(folder, values.dtype === "float32" ? "float32" : "float16");
    const backend = onnx();
    const start = performance.now();
    const glide = await loadGlide(folder, { backend, keepLoaded: values["keep-loaded"] });
    const loaded = performance.now();
    const stages = await timedGeneration(glide, {
      steps: Number(values.steps),
      sampler: sampler(values.sampler),
      upscale: {
        steps: Number(values["upscale-steps"]),
        sampler: sampler(values["upscale-sampler"]),
      },
      count: Number(values.count),
    });
    const ended = performance.now();
    await glide.dispose();
    await backend.dispose();
    const report = {
      "seconds to load": round((loaded - start) / 1000),
      "seconds in all": round((ended - start) / 1000),
      ...stages,
      "peak memory in GiB": round((process.resourceUsage().maxRSS * 1024) / 2 ** 30),
    };
    console.log(values.json ? JSON.stringify(report) : report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Recipe {
  readonly steps: number;
  readonly sampler: SamplerName;
  readonly upscale: { readonly steps: number; readonly sampler: SamplerName };
  readonly count: number;
}

/**
 * Seconds of each stage's steps; its first step holds the opening of the network too, and is told
 * apart.
 */
async function timedGeneration(glide: Glide, recipe: Recipe) {
  const times = { base: [] as number[], upsampler: [] as number[] };
  let before = performance.now();
  const { images } = await glide.generate({
    prompt: "an oil painting of a corgi",
    seed: 1,
    guidance: 3,
    ...recipe,
    onProgress({ stage, step, steps }) {
      const now = performance.now();
      times[stage === "upsampler" ? "upsampler" : "base"].push((now - before) / 1000);
      console.error(`${stage} ${step} of ${steps}: ${((now - before) / 1000).toFixed(1)} s`);
      before = now;
    },
  });
  const ofStage = (name: "base" | "upsampler") => {
    const [first = Number.NaN, ...rest] = times[name];
    const mean = rest.reduce((sum, seconds) => sum + seconds, 0) / rest.length;
    return {
      steps: times[name].length,
      "seconds of the first step": round(first),
      "seconds a step": round(mean),
      reference: referenceSeconds[name],
    };
  };
  return { size: images[0]?.width, base: ofStage("base"), upsampler: ofStage("upsampler") };
}

function sampler(name: string): SamplerName {
  samplerByName(name);
  return name as SamplerName; // it has just been found under that name
}

/** A folder as `glissade pull glide` makes it, with the base network and the upsampler. */
async function writeFullSizeModel(folder: string, dtype: "float16" | "float32"): Promise<void> {
  const json = async (path: string, content: unknown) => {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(content));
  };
  const scheduler = {
    num_train_timesteps: 1000,
    prediction_type: "epsilon",
    variance_type: "learned_range",
  };
  await json("model_index.json", {
    _class_name: "GlidePipeline",
    base: ["glissade", "Text2ImUNet"],
    upsampler: ["glissade", "SuperResText2ImUNet"],
  });
  await json("tokenizer/tokenizer.json", await loadGpt2Vocabulary());
  await json("scheduler/scheduler_config.json", {
    ...scheduler,
    beta_schedule: "squaredcos_cap_v2",
  });
  await json("upsampler_scheduler/scheduler_config.json", {
    ...scheduler,
    beta_schedule: "linear",
  });
  for (const [name, options] of Object.entries({ base: glideBase, upsampler: glideUpsampler })) {
    await json(`${name}/config.json`, options);
    const config = parseTextToImageConfig(options);
    const side = options.image_size;
    const graphs = [
      textGraph(config),
      textToImageGraph(config, {
        height: side,
        width: side,
        ...(name === "upsampler" && { lowRes: { height: 64, width: 64 } }),
      }),
    ];
    const shapes = new Map(
      graphs.flatMap(({ parameters }) =>
        parameters.map(({ name: parameter, dims }) => [parameter, dims] as const),
      ),
    );
    await convertWeights({
      from: computedWeights([...shapes], (_name, dims) => scaledNoise(dims)),
      to: join(folder, name, "model.safetensors"),
      dtype,
    });
  }
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
