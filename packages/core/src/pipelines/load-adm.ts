import { readAdmDescription } from "../model/description/read-adm.ts";
import { type ModelSource, openModelFiles } from "../model/index.ts";
import { admClassifierGuidanceGraph, admGraph } from "../networks/index.ts";
import { Adm } from "./adm.ts";
import { assertBackend, type LoadGlideOptions } from "./load-glide.ts";

export type LoadAdmOptions = Omit<LoadGlideOptions, "keepLoaded" | "weaker">;

/**
 * Loads a model of guided-diffusion, with its classifier where it has one.
 *
 * @param source as for `loadGlide`
 * @throws as `loadGlide`
 * @example
 * ```ts
 * const adm = await loadAdm("adm-64", { backend: onnx() });
 * const { images } = await adm.generate({ classes: 207 });
 * await adm.dispose();
 * ```
 */
export async function loadAdm(
  source: ModelSource,
  { backend, ...fileOptions }: LoadAdmOptions,
): Promise<Adm> {
  assertBackend(backend);
  const options = { signal: fileOptions.signal };
  const files = await openModelFiles(source, fileOptions);
  const model = await readAdmDescription(files);
  const open = async (folder: string, graph: ReturnType<typeof admGraph>) => {
    const weights = await files.openWeights(`${folder}/model.safetensors`);
    try {
      return await backend.compile(graph, weights, { name: folder, ...options });
    } finally {
      await weights.dispose();
    }
  };
  const network = await open(
    "unet",
    admGraph(model.config, { height: model.imageSize, width: model.imageSize }),
  );
  try {
    const classifier =
      model.classifier &&
      (await open(
        "classifier",
        admClassifierGuidanceGraph(model.classifier, { size: model.imageSize }),
      ));
    return new Adm({ model, backend, network, classifier });
  } catch (error) {
    await network.dispose();
    throw error;
  }
}
