import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnyTensor, decodePng, type RgbImage, rgbImage, type Tensor } from "@glissade/core";
import {
  averagePool,
  centerCrop,
  imagesFromTensor,
  type PilFilter,
  quantizeLowResolution,
  type ResizeMethod,
  readImage,
  resize,
  resizeNearest,
  resizePil,
  showImages,
  tensorFromImages,
} from "@glissade/core/image";
import { type CaseContext, NotSupported } from "../case.ts";
import { tensorNamed } from "../named-tensors.ts";

/**
 * k_resampling: PyTorch's interpolation, Pillow's resizing and the conversion to and from 8 bits.
 * What a case is, its name says.
 */
export default async function resampling(context: CaseContext): Promise<void> {
  const { name } = context.case;
  const [, run] = runners.find(([prefix]) => name.startsWith(prefix)) ?? [];
  if (!run) throw new NotSupported(`no case of this kind: ${name}`);
  await run(context);
}

const runners: readonly [prefix: string, run: (context: CaseContext) => void | Promise<void>][] = [
  ["bilinear", (context) => interpolate(context, "bilinear")],
  ["torch_bicubic_antialias", (context) => interpolate(context, "bicubic-antialiased")],
  ["torch_bicubic_plain", (context) => interpolate(context, "bicubic")],
  ["area", (context) => interpolate(context, "area")],
  ["nearest", nearest],
  ["avg_pool", averagePooling],
  ["pil", pil],
  ["read_image", imageRead],
  ["center_crop", crop],
  ["to_8bit", toEightBit],
  ["from_8bit", fromEightBit],
  ["show_images", showBatch],
];

function interpolate(context: CaseContext, method: ResizeMethod): void {
  const out = tensorNamed(context.tensors, "out");
  context.check.close(
    "out",
    resize(float32(tensorNamed(context.tensors, "in.x")), sizeOf(out), method).data,
    out.data,
  );
}

function nearest(context: CaseContext): void {
  const out = tensorNamed(context.tensors, "out");
  context.check.close(
    "out",
    resizeNearest(tensorNamed(context.tensors, "in.x"), sizeOf(out)).data,
    out.data,
  );
}

function averagePooling(context: CaseContext): void {
  const [x, out] = [
    float32(tensorNamed(context.tensors, "in.x")),
    tensorNamed(context.tensors, "out"),
  ];
  context.check.close(
    "out",
    averagePool(x, (x.dims[2] as number) / (out.dims[2] as number)).data,
    out.data,
  );
}

/**
 * Every filter that the case has a result of; and the same image given as PNG has to be decoded
 * to the same pixels.
 */
async function pil(context: CaseContext): Promise<void> {
  const image = imageOf(tensorNamed(context.tensors, "in.pixels"));
  for (const file of context.case.extra_files ?? [])
    context.check.close(file, (await readPng(context, file)).data, image.data);
  for (const [name, out] of context.tensors) {
    if (!name.startsWith("out.")) continue;
    const [height, width] = [out.dims[0] as number, out.dims[1] as number];
    context.check.close(
      name,
      resizePil(image, { width, height }, name.slice("out.".length) as PilFilter).data,
      out.data,
    );
  }
}

async function imageRead(context: CaseContext): Promise<void> {
  const [, file] = /(\w+\.png)/.exec(context.case.what) ?? [];
  if (!file) throw new Error("the case names no image");
  const out = tensorNamed(context.tensors, "out");
  context.check.close(
    "out",
    readImage(await readPng(context, file), out.dims[3] as number).data,
    out.data,
  );
}

function crop(context: CaseContext): void {
  const out = tensorNamed(context.tensors, "out");
  context.check.close(
    "out",
    centerCrop(imageOf(tensorNamed(context.tensors, "in.pixels")), out.dims[0] as number).data,
    out.data,
  );
}

/** Values in [-1, 1] as an image of gray pixels, so that the public functions can be asked. */
function toEightBit(context: CaseContext): void {
  const gray = grayTensor(float32(tensorNamed(context.tensors, "in.x")).data);
  const firstChannel = ({ data }: RgbImage) => data.filter((_, index) => index % 3 === 0);
  context.check.close(
    "glide",
    imagesFromTensor(gray).flatMap((image) => [...firstChannel(image)]),
    tensorNamed(context.tensors, "out.glide").data,
    { exact: true },
  );
  context.check.close(
    "guided",
    imagesFromTensor(gray, { rounding: "truncate" }).flatMap((image) => [...firstChannel(image)]),
    tensorNamed(context.tensors, "out.guided").data,
    { exact: true },
  );
  const lowRes = tensorNamed(context.tensors, "out.low_res").data;
  context.check.close(
    "low_res",
    quantizeLowResolution(gray).data.subarray(0, lowRes.length),
    lowRes,
    { rtol: 0, atol: 1e-6 },
  );
}

function fromEightBit(context: CaseContext): void {
  const [x, out] = [tensorNamed(context.tensors, "in.x"), tensorNamed(context.tensors, "out")];
  const data = Uint8Array.from({ length: x.data.length * 3 }, (_, index) =>
    Number(x.data[Math.floor(index / 3)]),
  );
  context.check.close(
    "out",
    tensorFromImages([rgbImage(x.data.length, 1, data)]).data.subarray(0, out.data.length),
    out.data,
  );
}

function showBatch(context: CaseContext): void {
  context.check.close(
    "out",
    showImages(float32(tensorNamed(context.tensors, "in.batch"))).data,
    tensorNamed(context.tensors, "out").data,
  );
}

function grayTensor(values: Float32Array): Tensor {
  const data = new Float32Array(values.length * 3);
  for (let channel = 0; channel < 3; channel++) data.set(values, channel * values.length);
  return { dtype: "float32", dims: [1, 3, 1, values.length], data };
}

async function readPng({ directory }: CaseContext, file: string): Promise<RgbImage> {
  return decodePng(await readFile(join(directory, file))).image;
}

function imageOf({ dims, data }: AnyTensor): RgbImage {
  return rgbImage(dims[1] as number, dims[0] as number, Uint8Array.from(data as Uint8Array));
}

function sizeOf({ dims }: AnyTensor): [height: number, width: number] {
  return [dims[2] as number, dims[3] as number];
}

function float32(tensor: AnyTensor): Tensor {
  if (tensor.dtype !== "float32") throw new NotSupported(`a tensor of ${tensor.dtype}`);
  return tensor;
}
