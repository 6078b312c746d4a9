import { type Backend, clipImageGraph, concatRows, type ModelFiles, parseClipConfig, type RgbImage, readImage, rows, tensor } from "@glissade/core";

/** Pictures that the tower reads at a time. */
const batchSize = 64;

/** A model's CLIP as a measure of pictures: its image embeddings, of length 1, as for clean pictures. */
export interface ClipFeatures {
  /** Side of the pictures that it reads; others are resampled, as Pillow does it. */
  readonly side: number;
  of(images: readonly RgbImage[]): Promise<Float64Array[]>;
  dispose(): Promise<void>;
}

export async function openClipFeatures(files: ModelFiles, backend: Backend): Promise<ClipFeatures> {
  const config = parseClipConfig(await files.readJson("clip/config.json"));
  const side = config.image.imageSize;
  const weights = await files.openWeights("clip/image_encoder/model.safetensors");
  const tower = await backend.compile(clipImageGraph(config), weights, { name: "clip's image" }).finally(() => weights.dispose());
  const embed = async (images: readonly RgbImage[]): Promise<Float64Array[]> => {
    const timesteps = config.image.timesteps > 0 ? { timesteps: tensor([images.length]) } : {}; // 0: clean pictures
    const { normalized } = await tower.run({ x: concatRows(images.map((image) => readImage(image, side))), ...timesteps });
    if (normalized?.dtype !== "float32") throw new Error("CLIP's image tower gave no embeddings.");
    return images.map((_, row) => Float64Array.from(rows(normalized, row, row + 1).data));
  };
  return {
    side,
    async of(images) {
      const features: Float64Array[] = [];
      for (let start = 0; start < images.length; start += batchSize) features.push(...(await embed(images.slice(start, start + batchSize))));
      return features;
    },
    dispose: () => tower.dispose(),
  };
}
