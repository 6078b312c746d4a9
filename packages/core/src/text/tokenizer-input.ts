import { InvalidArgumentError } from "@glissade/graph";

/**
 * Longest text that is tokenised, in UTF-16 units: a thousand times what any context holds, so that
 * a mistaken file ends in an error and not in a wait.
 */
export const maximumTextLength = 100_000;

/** @throws InvalidArgumentError where the value is no text that can be tokenised. */
export function assertText(text: unknown): asserts text is string {
  if (typeof text !== "string")
    throw new InvalidArgumentError({ argument: "text", received: text, expected: "a string" });
  if (text.length > maximumTextLength) {
    throw new InvalidArgumentError({
      argument: "text",
      received: `a string of ${text.length} characters`,
      expected: `at most ${maximumTextLength} characters`,
    });
  }
  if (/\p{Surrogate}/u.test(text)) {
    throw new InvalidArgumentError({
      argument: "text",
      received: text,
      expected: "well-formed Unicode",
      hint: "It holds half of a surrogate pair: cut strings between characters, not inside an emoji.",
    });
  }
}

/** @throws InvalidArgumentError where the value is no whole number from `smallest` on. */
export function assertContextLength(contextLength: number, smallest = 1): void {
  if (!Number.isSafeInteger(contextLength) || contextLength < smallest) {
    throw new InvalidArgumentError({
      argument: "contextLength",
      received: contextLength,
      expected: `a whole number from ${smallest}`,
    });
  }
}
