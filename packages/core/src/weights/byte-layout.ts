import type { WeightSource } from "@glissade/graph";
import { byteLength, type DataType, sizeOf, WeightsError } from "@glissade/graph";
import type { ByteSource } from "../bytes/byte-source.ts";
import { crc32 } from "../bytes/crc32.ts";
import { gather, spanOf } from "./strided-view.ts";

/** Where one tensor lies in a byte source. */
export interface TensorLayout {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  /** Of its first element, in bytes from the start of the source. */
  readonly offset: number;
  /**
   * Distance between neighbours of each axis, in elements; undefined for row-major order without
   * gaps.
   */
  readonly strides?: readonly number[];
  /** CRC-32 of its bytes, where the file states one for exactly these. */
  readonly crc32?: number;
}

/** Weights read on demand from the places that `layouts` names. Disposing closes the source. */
export function weightsFromLayout(
  source: ByteSource,
  layouts: ReadonlyMap<string, TensorLayout>,
): WeightSource {
  const layoutOf = (name: string): TensorLayout => {
    const layout = layouts.get(name);
    if (!layout)
      throw new WeightsError({
        file: source.label,
        tensor: name,
        reason: "there is no such weight",
      });
    return layout;
  };
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
      const layout = layoutOf(name);
      if (layout.strides) return readStrided(source, layout, layout.strides);
      const bytes = await source.read(layout.offset, byteLength(layout));
      if (layout.crc32 !== undefined) assertChecksum(source, name, crc32(bytes), layout.crc32);
      return bytes;
    },
    async *stream(name) {
      const layout = layoutOf(name);
      if (layout.strides) yield await readStrided(source, layout, layout.strides);
      else yield* streamContiguous(source, name, layout);
    },
    dispose: () => source.close(),
  };
}

/** Bytes of a part: whole elements of any type. */
const partLength = 2 ** 24;

async function* streamContiguous(
  source: ByteSource,
  tensor: string,
  layout: TensorLayout,
): AsyncGenerator<Uint8Array, void, void> {
  const length = byteLength(layout);
  let checksum = 0;
  for (let start = 0; start < length; start += partLength) {
    const part = await source.read(layout.offset + start, Math.min(partLength, length - start));
    if (layout.crc32 !== undefined) checksum = crc32(part, checksum);
    yield part;
  }
  if (layout.crc32 !== undefined) assertChecksum(source, tensor, checksum, layout.crc32);
}

function assertChecksum(
  { label }: ByteSource,
  tensor: string,
  computed: number,
  stated: number,
): void {
  if (computed === stated) return;
  throw new WeightsError({
    file: label,
    tensor,
    reason: "the data does not match its checksum",
    advice: "The file is damaged: fetch it again.",
  });
}

async function readStrided(
  source: ByteSource,
  { dtype, dims, offset }: TensorLayout,
  strides: readonly number[],
): Promise<Uint8Array> {
  if (sizeOf(dims) === 0) return new Uint8Array(0);
  const elementSize = byteLength({ dtype, dims: [] });
  return gather(
    await source.read(offset, spanOf(dims, strides) * elementSize),
    elementSize,
    dims,
    strides,
  );
}
