import { type PublishedNetwork, publishedNetwork } from "../checkpoint-networks.ts";

/** A checkpoint that is published under an address. */
export interface PublishedFile {
  readonly name: string;
  /** What `--only` calls it. A CLIP's halves are one part. */
  readonly part: string;
  readonly network: PublishedNetwork;
  /** Only where someone has written them down who had the file: its publisher names neither. */
  readonly size?: number;
  readonly sha256?: string;
}

/** What has to be accepted before a model is fetched. */
export interface Terms {
  readonly licence: string;
  /** What it is for and what not, where its faults lie, and where to read on. */
  readonly paragraphs: readonly string[];
}

/** A model that `glissade pull` fetches. */
export interface PublishedModel {
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** The folder that the files lie in: its address, and its name in the cache. */
  readonly release: { readonly name: string; readonly address: string };
  readonly files: readonly PublishedFile[];
  readonly terms: Terms;
  /** What images are made with where nothing is said. */
  readonly generation?: {
    readonly sampler?: string;
    readonly steps?: number;
    readonly scale?: number;
  };
}

const storage = "https://openaipublic.blob.core.windows.net/diffusion";

const glide: PublishedModel = {
  name: "glide",
  about: "GLIDE (filtered): text to image at 64 and 256 pixels, inpainting, and the noised CLIP.",
  release: { name: "dec-2021", address: `${storage}/dec-2021/` },
  files: [
    { name: "base.pt", part: "base", network: publishedNetwork("GLIDE base") },
    {
      name: "upsample.pt",
      part: "upsampler",
      network: publishedNetwork("GLIDE upsampler"),
      size: 1_593_693_639,
    },
    {
      name: "base_inpaint.pt",
      part: "base-inpaint",
      network: publishedNetwork("GLIDE base for inpainting"),
    },
    {
      name: "upsample_inpaint.pt",
      part: "upsampler-inpaint",
      network: publishedNetwork("GLIDE upsampler for inpainting"),
    },
    {
      name: "clip_image_enc.pt",
      part: "clip",
      network: publishedNetwork("GLIDE noised CLIP, images"),
    },
    {
      name: "clip_text_enc.pt",
      part: "clip",
      network: publishedNetwork("GLIDE noised CLIP, texts"),
    },
  ],
  terms: {
    licence: "MIT",
    paragraphs: [
      "GLIDE (filtered) and its noised CLIP are published by OpenAI in a repository under the MIT licence.",
      "They are meant for research on generative models: images from descriptions, and the editing of images by inpainting. OpenAI does not recommend commercial use. They are not meant to draw people, or anything else that was filtered out of the training data, such as violence.",
      "The networks learned from 67 million pairs of text and image (the CLIP from 137 million) that were collected on the internet and then filtered. Biases remain, towards Western ideas among others, and guidance can strengthen them; several objects in one image, and prompts unlike the training data, often fail. Study this before you build on it.",
      "Licence and model card: https://github.com/openai/glide-text2im",
    ],
  },
};

const admTerms: Terms = {
  licence: "MIT",
  paragraphs: [
    "These networks of guided-diffusion are published by OpenAI in a repository under the MIT licence.",
    "They are meant for research only, as a baseline or to start from. They are not meant to be deployed commercially, nor to make propaganda or offensive images.",
    "They learned from ImageNet (ILSVRC 2012): a million photographs from the internet, people among them though hardly any class is about people. Faces often fail, and parts of single photographs may have been memorised. Guidance by the classifier costs variety, and can strengthen the data's biases.",
    "Licence and model card: https://github.com/openai/guided-diffusion",
  ],
};

const admRelease = { name: "jul-2021", address: `${storage}/jul-2021/` };

/**
 * ADM at one size with its classifier, and the classifier's scale in the README of
 * guided-diffusion.
 */
function adm(
  size: 64 | 128 | 256 | 512,
  scale: number,
  known: Partial<PublishedFile> = {},
): PublishedModel {
  return {
    name: `adm-${size}`,
    about: `ADM: ImageNet's classes at ${size} pixels, and the noised classifier.`,
    release: admRelease,
    files: [
      {
        name: `${size}x${size}_diffusion.pt`,
        part: "unet",
        network: publishedNetwork(`ADM ${size}`),
        ...known,
      },
      classifierOf(size),
    ],
    terms: admTerms,
    generation: { scale },
  };
}

function classifierOf(size: 64 | 128 | 256 | 512): PublishedFile {
  return {
    name: `${size}x${size}_classifier.pt`,
    part: "classifier",
    network: publishedNetwork(`ADM classifier ${size}`),
  };
}

const admWithoutClasses: PublishedModel = {
  name: "adm-256-uncond",
  about: "ADM at 256 pixels without classes of its own, which its classifier can lead to one.",
  release: admRelease,
  files: [
    {
      name: "256x256_diffusion_uncond.pt",
      part: "unet",
      network: publishedNetwork("ADM 256 without classes"),
      size: 2_211_383_297,
      sha256: "a37c32fffd316cd494cf3f35b339936debdc1576dad13fe57c42399a5dbc78b1",
    },
    classifierOf(256),
  ],
  terms: admTerms,
  generation: { scale: 10 },
};

/** What can be pulled. */
export const publishedModels: readonly PublishedModel[] = [
  glide,
  adm(64, 1),
  adm(128, 0.5),
  adm(256, 1, { size: 2_215_479_544 }),
  admWithoutClasses,
  adm(512, 4),
];
