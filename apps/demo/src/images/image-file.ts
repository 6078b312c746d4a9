import {
  decodeImageRecord,
  decodePng,
  encodePngWithRecord,
  type GeneratedImage,
  type GenerateSettings,
  type GlideLike,
} from "@glissade/core";
import { version } from "@glissade/core/package.json";
import { defaultRequest, type ImageRequest, readRequest } from "./image-request.ts";
import { promptOf } from "./prompt-of.ts";

/** What the record names as the model, for the command line to find it. */
const modelPackage = "@glissade/model-emoji";

/** Largest file that is read for its settings. */
const largestFile = 64 * 2 ** 20;

/** What ran the networks: a model, as far as an image's record names it. */
export type ImageMaker = Partial<Pick<GlideLike, "backend" | "provider">>;

/** A PNG file that holds how it was made, as the command line writes it. */
export function imageFile(
  image: GeneratedImage,
  index: number,
  settings: GenerateSettings,
  { backend = "unknown", provider = "unknown" }: ImageMaker = {},
): Blob {
  const record = {
    glissade: version,
    model: { source: modelPackage },
    settings,
    image: index,
    seed: image.seed,
    enlarge: 1,
    backend,
    provider,
  };
  return new Blob([encodePngWithRecord(image, record)], { type: "image/png" });
}

/**
 * The request that made an image, from its file. @throws Error where the file holds no settings.
 */
export async function requestOfFile(file: Blob): Promise<ImageRequest> {
  if (file.size > largestFile) throw new Error("This file is too large to have been made here.");
  const { text } = decodePng(new Uint8Array(await file.arrayBuffer()));
  const { settings, seed } = decodeImageRecord(text, "this image");
  if (!("prompt" in settings))
    throw new Error("This image was drawn by its class, not from a prompt.");
  const { steps, guidance } = settings;
  return readRequest(
    { prompt: promptOf(settings), seed, count: 1, steps, guidance: guidance?.scale },
    defaultRequest,
  );
}
