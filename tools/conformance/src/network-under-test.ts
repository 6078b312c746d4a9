import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { AnyTensor } from "@glissade/core";
import {
  type ImageSize,
  parseTextToImageConfig,
  type TextToImageConfig,
  textGraph,
  textToImageGraph,
} from "@glissade/core/networks";
import type { Executable, WeightSource } from "@glissade/graph";
import type { CaseContext, GoldenCase } from "./case.ts";

export interface NetworkUnderTest {
  /** The text half: `xf_proj`, `xf_out` and the keys and values of every attention layer. */
  text(tokens: AnyTensor, mask: AnyTensor): Promise<Record<string, AnyTensor>>;
  /** The image half: `output`, and every block's output where asked. */
  image(inputs: Readonly<Record<string, AnyTensor>>): Promise<Record<string, AnyTensor>>;
  dispose(): Promise<void>;
}

/** Compiles both halves of a network on the backend under test. */
export async function openNetwork(
  { backend }: CaseContext,
  config: TextToImageConfig,
  weights: WeightSource,
  options: ImageSize & { readonly lowRes?: ImageSize; readonly blockOutputs?: boolean },
): Promise<NetworkUnderTest> {
  const text = await backend.compile(textGraph(config), weights);
  let image: Executable;
  try {
    image = await backend.compile(textToImageGraph(config, options), weights);
  } catch (error) {
    await text.dispose();
    throw error;
  }
  return {
    text: (tokens, mask) => text.run({ tokens, mask }),
    image: (inputs) => image.run(inputs),
    dispose: async () => {
      await Promise.all([text.dispose(), image.dispose()]);
    },
  };
}

/**
 * The config of the network whose weights are in `weightsFile` (relative to the case's folder): the
 * case's own, or that of another case that uses the same weights.
 */
export async function configFor(
  { case: golden, directory }: CaseContext,
  weightsFile: string,
): Promise<TextToImageConfig> {
  const folder = dirname(join(directory, weightsFile));
  const stem = basename(weightsFile).replace(/\.\w+$/, "");
  const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as {
    cases: GoldenCase[];
  };
  const described = [golden, ...manifest.cases.filter(({ name }) => name.startsWith(stem))].find(
    ({ values }) => values?.config !== undefined,
  );
  const owner = manifest.cases.find(
    ({ name, values }) => name.startsWith(stem) && typeof values?.class === "string",
  );
  if (!described) throw new Error(`no case describes the network of ${weightsFile}`);
  const networkClass = String(
    golden.values?.class ??
      owner?.values?.class ??
      /\w*Text2ImU[Nn]et/.exec(golden.call ?? "")?.[0] ??
      "Text2ImUNet",
  );
  return parseTextToImageConfig({
    ...(described.values?.config as object),
    super_res: networkClass.startsWith("SuperRes"),
    inpaint: networkClass.includes("Inpaint"),
  });
}
