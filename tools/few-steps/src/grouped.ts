/** Results of one name together, in the order in which names first come. */
export function grouped<T>(
  results: readonly T[],
  name: (result: T) => string,
): [name: string, results: T[]][] {
  const groups = new Map<string, T[]>();
  for (const result of results)
    groups.set(name(result), [...(groups.get(name(result)) ?? []), result]);
  return [...groups];
}
