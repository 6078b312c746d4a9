import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { grouped } from "./grouped.ts";
import type { BaseResult, Distances, Results } from "./results.ts";
import { describeSetting, type Setting, yardstick } from "./settings.ts";

/** A point of the plot: a setting's mean over seeds. */
interface Point {
  readonly panel: string;
  readonly sampler: string;
  readonly evaluations: number;
  readonly distance: number;
}

const panels = {
  yardstick: "from 250 ancestral steps",
  training: "from training images",
} as const satisfies Record<keyof Distances, string>;

/** Distance over evaluations, a line a sampler: an SVG. */
export async function plot(results: Results): Promise<string> {
  const points = (["yardstick", "training"] as const).flatMap((measure) =>
    pointsOf(results.base, measure),
  );
  return new View(parse(compile(specification(points)).spec), { renderer: "none" }).toSVG();
}

function pointsOf(base: readonly BaseResult[], measure: keyof Distances): Point[] {
  return grouped(base, ({ setting }) => describeSetting(setting)).flatMap(([, runs]) => {
    const [first] = runs;
    const distances = runs.flatMap(({ distances }) => distances[measure] ?? []);
    if (!first || distances.length === 0) return [];
    const distance = distances.reduce((sum, value) => sum + value, 0) / distances.length;
    return [
      {
        panel: panels[measure],
        sampler: lineOf(first.setting),
        evaluations: first.evaluations,
        distance,
      },
    ];
  });
}

/**
 * Settings of one sampler and one spacing are a line; the yardstick is the end of ancestral
 * sampling's.
 */
function lineOf({ sampler, spacing }: Setting): string {
  const name = sampler === yardstick.sampler ? `${sampler} (ancestral)` : sampler;
  return spacing ? `${name}, ${spacing}` : name;
}

function specification(points: readonly Point[]): TopLevelSpec {
  return {
    data: { values: [...points] },
    mark: { type: "line", point: true },
    encoding: {
      facet: {
        field: "panel",
        type: "nominal",
        columns: 2,
        title: null,
        sort: Object.values(panels),
      },
      x: {
        field: "evaluations",
        type: "quantitative",
        title: "evaluations of the network",
        scale: { type: "log", nice: false },
        axis: { values: [6, 10, 20, 50, 100, 250] },
      },
      y: {
        field: "distance",
        type: "quantitative",
        title: "Fréchet distance",
        scale: { zero: false },
      },
      color: { field: "sampler", type: "nominal", title: null },
    },
    width: 300,
    height: 260,
    resolve: { scale: { y: "independent" } },
    config: { background: "white" },
  };
}
