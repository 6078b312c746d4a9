import { loaderKey } from "@glissade/core/store";
import { useMemo } from "react";

/**
 * The options of an earlier render while they say the same, so that options written inside a
 * component do not load a model at every render. A function counts as the same whatever it is:
 * written inside a component it is another one at every render, and means the same.
 */
export function useSettledOptions<Options extends object>(options: Options): Options {
  const comparable = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === "function" ? "a function" : value,
    ]),
  );
  const shape = loaderKey("", comparable);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the options
  return useMemo(() => options, [shape]);
}
