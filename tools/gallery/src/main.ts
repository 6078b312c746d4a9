import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onnx } from "@glissade/backend-onnx";
import { contactSheet, encodePng, enlarge, type GeneratedImage, type Glide, loadGlide } from "@glissade/core";
import { prompts, samples } from "./prompts.ts";

const usage = `npm run gallery -- [--model MODEL] [--out docs] [--seed N]

Makes the pictures of the README from a model: a row of prompts, 8 x 8 prompts without guidance and with the model's own, and prompts whose concept was left out of training in just that style.

  samples.png, prompts-unguided.png, prompts-guided.png, held-out-styles.png`;

/** The models' pixels are drawn as squares of so many. */
const pixelSide = 3;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: "string", default: "@glissade/model-emoji" },
      out: { type: "string", default: "docs" },
      seed: { type: "string", default: "5" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const seed = Number(values.seed);
  const backend = onnx();
  const glide = await loadGlide(values.model, { backend });
  await mkdir(values.out, { recursive: true });
  const sheet = async (name: string, texts: readonly string[], guidance: number) => {
    const path = join(values.out, name);
    const grid = contactSheet(await picturesOf(glide, texts, guidance, seed), { columns: 8, margin: 2 });
    await writeFile(path, encodePng(enlarge(grid, pixelSide)));
    console.log(path);
  };
  const heldOut = JSON.parse(await readFile(new URL("./held-out-captions.json", import.meta.url), "utf8")) as readonly string[]; // the file beside this one
  await sheet("samples.png", samples, glide.defaults.guidanceScale);
  await sheet("prompts-unguided.png", prompts, 1);
  await sheet("prompts-guided.png", prompts, glide.defaults.guidanceScale);
  await sheet("held-out-styles.png", heldOut, glide.defaults.guidanceScale);
  await glide.dispose();
  await backend.dispose();
}

/** One picture a prompt, all from the same noise. */
async function picturesOf(glide: Glide, texts: readonly string[], guidance: number, seed: number): Promise<GeneratedImage[]> {
  const pictures: GeneratedImage[] = [];
  for (const prompt of texts) pictures.push(...(await glide.generate({ prompt, guidance, seed })).images);
  return pictures;
}

await main();
