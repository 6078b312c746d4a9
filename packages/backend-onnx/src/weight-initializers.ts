import {
  byteLength,
  bytesPerElement,
  type DataType,
  describeParameter,
  type GraphParameter,
  type WeightSource,
  WeightsError,
} from "@glissade/graph";
import { platform } from "#platform";
import type { OnnxInitializer } from "./model-proto.ts";

/** A graph's weights as ONNX initializers, and where their bytes are. */
export interface WeightInitializers {
  /** One for each parameter, in their order; `name` is the parameter's value. */
  readonly initializers: readonly OnnxInitializer[];
  /**
   * The folder to which locations of files are relative; undefined where no weight lies in a file.
   */
  readonly directory: string | undefined;
  /** Bytes of weights that lie in no file, under the location that their initializers name. */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** Weights up to this many bytes are written into the model when they lie in no file. */
const inlineLimit = 1024;

/**
 * Points at every weight where it is: by byte offset into its file, so that ONNX Runtime maps it
 * and nothing is copied here, or in memory where it has no file. A weight keeps the type that it is
 * stored in.
 *
 * @throws WeightsError where a weight is missing, has another number of elements, or is not of a
 * floating-point type.
 */
export async function weightInitializers(
  parameters: readonly GraphParameter[],
  weights: WeightSource,
  signal?: AbortSignal,
): Promise<WeightInitializers> {
  const found: { parameter: GraphParameter; dtype: DataType; place: FilePlace | undefined }[] = [];
  for (const parameter of parameters) {
    signal?.throwIfAborted();
    const { dtype } = describeParameter(parameter, weights);
    found.push({ parameter, dtype, place: filePlace(parameter.name, dtype, weights) });
  }
  const folder = await platform.weightFolder(
    found.flatMap(({ place }) => (place ? [place.path] : [])),
  );

  const initializers: OnnxInitializer[] = [];
  const inMemory = new Map<string, { readonly path: string; readonly data: Uint8Array }>();
  for (const { parameter, dtype, place } of found) {
    const { name, value, dims } = parameter;
    const location = place && folder.locationOf(place.path);
    if (place && location !== undefined) {
      initializers.push({
        name: value,
        dtype,
        dims,
        content: { location, offset: place.offset, length: place.length },
      });
      continue;
    }
    signal?.throwIfAborted();
    const { path, data } = inMemory.get(name) ?? {
      path: `memory/${inMemory.size}`,
      data: await checkedBytes(name, byteLength({ dtype, dims }), weights),
    };
    const small = data.length <= inlineLimit;
    if (!small) inMemory.set(name, { path, data });
    initializers.push({
      name: value,
      dtype,
      dims,
      content: small ? { bytes: data } : { location: path, offset: 0, length: data.length },
    });
  }
  return { initializers, directory: folder.directory, externalData: [...inMemory.values()] };
}

interface FilePlace {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Where ONNX Runtime can map a weight: bytes in a file, aligned to their element. */
function filePlace(name: string, dtype: DataType, weights: WeightSource): FilePlace | undefined {
  const place = weights.locate(name);
  return place && place.offset % bytesPerElement[dtype] === 0 ? place : undefined;
}

async function checkedBytes(
  name: string,
  expected: number,
  weights: WeightSource,
): Promise<Uint8Array> {
  const bytes = await weights.read(name);
  if (bytes.length !== expected)
    throw new WeightsError({
      tensor: name,
      reason: `its source gave ${bytes.length} bytes where its shape needs ${expected}`,
    });
  return bytes;
}
