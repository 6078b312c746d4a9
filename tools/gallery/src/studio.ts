import type { GenerateOptions, Glide, RgbImage } from "@glissade/core";

/** Options of one image, as plain data: the prompt, and what differs from the model's own way. */
export type ImageOptions = Omit<
  GenerateOptions,
  "count" | "seedMode" | "keepBest" | "signal" | "gradients"
>;

/** A model that draws every image once, however many sheets show it. */
export class Studio {
  readonly glide: Glide;
  /** Of every image that has no other. */
  readonly seed: number;
  readonly #drawn = new Map<string, Promise<RgbImage>>();

  constructor(glide: Glide, seed: number) {
    this.glide = glide;
    this.seed = seed;
  }

  /** Several images, in turn. */
  async images(list: readonly ImageOptions[]): Promise<RgbImage[]> {
    const drawn: RgbImage[] = [];
    for (const options of list) drawn.push(await this.image(options));
    return drawn;
  }

  image(options: ImageOptions): Promise<RgbImage> {
    const key = JSON.stringify(options);
    const known = this.#drawn.get(key);
    if (known) return known;
    const drawing = this.#draw(options);
    this.#drawn.set(key, drawing);
    return drawing;
  }

  async #draw(options: ImageOptions): Promise<RgbImage> {
    const { images } = await this.glide.generate({ seed: this.seed, ...options });
    return only(images);
  }
}

/** The image of a run that makes one. */
export function only(images: readonly RgbImage[]): RgbImage {
  const [image] = images;
  if (!image || images.length > 1)
    throw new Error(`One image was asked for, and ${images.length} were made.`);
  return image;
}
