import { InvalidArgumentError } from "@glissade/core";

/** More shards than this are a slip of the keyboard. */
const maxPaths = 100_000;

/**
 * The paths that a pattern with number ranges stands for, as WebDataset and the shell write it.
 * Leading zeros count.
 *
 * @throws InvalidArgumentError where the range runs backwards or is too long.
 * @example `expandBraces("shard-{000..012}.tar")`
 */
export function expandBraces(pattern: string): string[] {
  const [range, first = "", last = ""] = /\{(\d+)\.\.(\d+)\}/.exec(pattern) ?? [];
  if (!range) return [pattern];
  const [from, to] = [Number(first), Number(last)];
  const width =
    first.startsWith("0") || last.startsWith("0") ? Math.max(first.length, last.length) : 0;
  if (!(from <= to && to - from < maxPaths)) {
    throw new InvalidArgumentError({
      argument: "path",
      received: pattern,
      expected: `a range that runs upwards over at most ${maxPaths} numbers`,
    });
  }
  const at = pattern.indexOf(range);
  const paths: string[] = [];
  for (let number = from; number <= to; number++) {
    const digits = String(number).padStart(width, "0");
    for (const rest of expandBraces(pattern.slice(at + range.length)))
      paths.push(pattern.slice(0, at) + digits + rest);
    if (paths.length > maxPaths)
      throw new InvalidArgumentError({
        argument: "path",
        received: pattern,
        expected: `a pattern of at most ${maxPaths} paths`,
      });
  }
  return paths;
}
