import { InvalidArgumentError } from "@glissade/core";
import { assertPositiveInteger } from "@glissade/graph";

/** @throws InvalidArgumentError where these are no positions of the stream. */
export function assertBatchRange(start: number, count: number): void {
  if (!Number.isSafeInteger(start) || start < 0)
    throw new InvalidArgumentError({
      argument: "start",
      received: start,
      expected: "an integer from 0",
    });
  assertPositiveInteger("count", count);
  if (!Number.isSafeInteger(start + count))
    throw new InvalidArgumentError({
      argument: "start",
      received: start,
      expected: "a position below 2^53",
    });
}
