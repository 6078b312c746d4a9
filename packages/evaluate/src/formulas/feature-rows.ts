import { InvalidArgumentError, type Tensor } from "@glissade/core";

/** The shape of features, one row an image. */
export interface RowShape {
  readonly count: number;
  readonly dimensions: number;
}

/**
 * The shape of features `[N, D]`, checked.
 *
 * @throws InvalidArgumentError where the tensor is no table, has fewer rows than needed, or holds a
 * number that is not finite
 */
export function shapeOfRows(argument: string, features: Tensor, leastRows = 1): RowShape {
  const [count = 0, dimensions = 0, ...more] = features.dims;
  if (features.dims.length !== 2 || more.length > 0 || dimensions === 0)
    throw new InvalidArgumentError({
      argument,
      received: features.dims,
      expected: "the shape [images, dimensions]",
    });
  if (count < leastRows)
    throw new InvalidArgumentError({
      argument,
      received: `features of ${count} ${count === 1 ? "image" : "images"}`,
      expected: `at least ${leastRows}`,
    });
  assertFiniteRows(argument, features, dimensions);
  return { count, dimensions };
}

/**
 * The shapes of two sets of features that are to be compared. @throws InvalidArgumentError as
 * `shapeOfRows`, and where their dimensions differ
 */
export function shapesOfRows(
  reference: Tensor,
  samples: Tensor,
  leastRows = 1,
): readonly [RowShape, RowShape] {
  const shapes = [
    shapeOfRows("reference", reference, leastRows),
    shapeOfRows("samples", samples, leastRows),
  ] as const;
  const [{ dimensions }, { dimensions: received }] = shapes;
  if (received !== dimensions)
    throw new InvalidArgumentError({
      argument: "samples",
      received: `${received} dimensions`,
      expected: `${dimensions}, as the reference has`,
      hint: "Features compare only where one network made both.",
    });
  return shapes;
}

function assertFiniteRows(argument: string, { data }: Tensor, dimensions: number): void {
  const place = data.findIndex((value) => !Number.isFinite(value));
  if (place === -1) return;
  throw new InvalidArgumentError({
    argument,
    received: `${data[place]} in row ${Math.floor(place / dimensions)}, dimension ${place % dimensions}`,
    expected: "finite numbers",
    hint: "One such number would make every metric meaningless: look at the image of that row.",
  });
}
