import type { WeightSource } from "../backend.ts";
import { type DataType, sizeOf } from "../tensor.ts";
import type { ByteSource } from "./byte-source.ts";
import { crc32 } from "./crc32.ts";
import { gather, spanOf } from "./strided-view.ts";
import { byteLength } from "./tensor-bytes.ts";
import { WeightsError } from "./weights-error.ts";

/** Where one tensor lies in a byte source. */
export interface TensorLayout {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  /** Of its first element, in bytes from the start of the source. */
  readonly offset: number;
  /** Distance between neighbours of each axis, in elements; undefined for row-major order without gaps. */
  readonly strides?: readonly number[];
  /** CRC-32 of its bytes, where the file states one for exactly these. */
  readonly crc32?: number;
}

/** Weights read on demand from the places that `layouts` names. Disposing closes the source. */
export function weightsFromLayout(source: ByteSource, layouts: ReadonlyMap<string, TensorLayout>): WeightSource {
  return {
    names: [...layouts.keys()],
    describe(name) {
      const layout = layouts.get(name);
      return layout && { dtype: layout.dtype, dims: layout.dims };
    },
    locate(name) {
      const layout = layouts.get(name);
      if (!layout || layout.strides || source.path === undefined) return undefined;
      return { path: source.path, offset: layout.offset, length: byteLength(layout) };
    },
    async read(name) {
      const layout = layouts.get(name);
      if (!layout) throw new WeightsError({ file: source.label, tensor: name, reason: "there is no such weight" });
      return layout.strides ? readStrided(source, layout, layout.strides) : readContiguous(source, name, layout);
    },
    dispose: () => source.close(),
  };
}

async function readContiguous(source: ByteSource, tensor: string, layout: TensorLayout): Promise<Uint8Array> {
  const bytes = await source.read(layout.offset, byteLength(layout));
  if (layout.crc32 !== undefined && crc32(bytes) !== layout.crc32) {
    throw new WeightsError({ file: source.label, tensor, reason: "the data does not match its checksum", advice: "The file is damaged: fetch it again." });
  }
  return bytes;
}

async function readStrided(source: ByteSource, { dtype, dims, offset }: TensorLayout, strides: readonly number[]): Promise<Uint8Array> {
  if (sizeOf(dims) === 0) return new Uint8Array(0);
  const elementSize = byteLength({ dtype, dims: [] });
  return gather(await source.read(offset, spanOf(dims, strides) * elementSize), elementSize, dims, strides);
}
