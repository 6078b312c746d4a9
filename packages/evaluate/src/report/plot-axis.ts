import type { Measure } from "./plot-layout.ts";

export interface PlotAxis {
  readonly title: string;
  readonly better: "higher" | "lower";
  readonly measure: Measure;
}

/** What an axis is called, with an arrow that points to what is better. */
export function axisTitle({ title, better }: PlotAxis, direction: "x" | "y"): string {
  const words = `${title} (${better} is better)`;
  if (direction === "y") return `${better === "higher" ? "↑" : "↓"} ${words}`;
  return better === "higher" ? `${words} →` : `← ${words}`;
}
