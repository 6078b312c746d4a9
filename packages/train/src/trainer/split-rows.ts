import { type AnyTensor, InvalidArgumentError } from "@glissade/core";
import { sizeOf, typedTensor } from "@glissade/graph";
import type { GraphInputs } from "../engine/gradient-engine.ts";

/**
 * A batch's inputs as parts of equally many rows. @throws InvalidArgumentError where the rows do
 * not divide.
 */
export function splitRows(inputs: GraphInputs, rowsPerPart: number): GraphInputs[] {
  const batch = Object.values(inputs)[0]?.dims[0] ?? 0;
  if (batch === 0 || batch % rowsPerPart !== 0)
    throw new InvalidArgumentError({
      argument: "batchSize",
      received: batch,
      expected: `a multiple of ${rowsPerPart}, the rows of a part`,
    });
  return Array.from({ length: batch / rowsPerPart }, (_, part) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        name,
        rowsOf(value, part * rowsPerPart, rowsPerPart),
      ]),
    ),
  );
}

function rowsOf({ dtype, dims, data }: AnyTensor, first: number, count: number): AnyTensor {
  const width = sizeOf(dims.slice(1));
  // The slice has the type of the whole; TypeScript sees a union of arrays.
  return typedTensor(
    dtype,
    [count, ...dims.slice(1)],
    data.slice(first * width, (first + count) * width) as typeof data,
  ) as AnyTensor;
}
