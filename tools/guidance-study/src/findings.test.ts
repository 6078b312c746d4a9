import type { GuidanceStrategy, MeasuredSetting, Metrics, SweepResults } from "@glissade/evaluate";
import { describe, expect, it } from "vitest";
import { findings } from "./findings.ts";

type Point = Pick<Metrics, "precision" | "recall" | "fid"> & Partial<Metrics>;

function setting(strategy: GuidanceStrategy, scale: number, point: Point): MeasuredSetting {
  const set = { name: "a set", count: 400, sha256: "0" };
  return {
    strategy,
    scale,
    sampler: "ddim",
    steps: 10,
    secondsPerImage: 1,
    metrics: { kid: { mean: 0, deviation: 0 }, density: 1, coverage: 1, diversity: 1, ...point },
    card: {
      features: { name: "clip-image-embedding", sha256: "0", resize: "none", dimensions: 8 },
      reference: set,
      samples: set,
      seed: 0,
      neighbours: { manifold: 3, density: 5 },
      notes: [],
    },
  };
}

function sweep(...settings: readonly MeasuredSetting[]): SweepResults {
  const origin = { name: "x", sha256: "0" };
  return {
    format: 1,
    model: origin,
    captions: { ...origin, count: 1 },
    samples: 400,
    seed: 0,
    backend: { name: "onnx", provider: "cpu" },
    settings,
  };
}

const verdicts = (...settings: readonly MeasuredSetting[]) =>
  findings(sweep(...settings)).map(({ verdict }) => verdict);

const asInThePaper = [
  setting("cfg", 0, { precision: 0.1, recall: 0.9, fid: 90, inceptionScore: 2, clipScore: 1 }),
  setting("cfg", 1, { precision: 0.5, recall: 0.7, fid: 12, inceptionScore: 20, clipScore: 24 }),
  setting("cfg", 1.5, { precision: 0.6, recall: 0.65, fid: 10, inceptionScore: 25, clipScore: 26 }),
  setting("cfg", 4, { precision: 0.8, recall: 0.4, fid: 20, inceptionScore: 30, clipScore: 28 }),
  setting("clip", 0, { precision: 0.5, recall: 0.7, fid: 12, inceptionScore: 20, clipScore: 24 }),
  setting("clip", 1, { precision: 0.55, recall: 0.6, fid: 14, inceptionScore: 22, clipScore: 30 }),
  setting("clip", 4, { precision: 0.7, recall: 0.3, fid: 30, inceptionScore: 24, clipScore: 35 }),
];

describe("findings", () => {
  it("agree with the paper's own shape, in any order of the settings", () => {
    const all = findings(sweep(...asInThePaper));
    expect(all).toHaveLength(7);
    expect(all.map(({ verdict }) => verdict)).toEqual(new Array(7).fill("agrees"));
    expect(verdicts(...[...asInThePaper].reverse())).toEqual(new Array(7).fill("agrees"));
    expect(all[0]?.here).toContain(
      "precision goes from 50.0 % to 80.0 % (standard error of the difference 3.2 %)",
    );
  });

  it("differ where the strategies change places", () => {
    const swapped = asInThePaper.slice(1).map((point) => ({
      ...point,
      strategy: point.strategy === "cfg" ? ("clip" as const) : ("cfg" as const),
      scale: point.scale === 1 && point.strategy === "cfg" ? 0 : Math.max(1, point.scale),
    }));
    const clipOnTop = findings(
      sweep(
        ...swapped.map((point) =>
          point.strategy === "cfg" && point.metrics.fid === 12
            ? { ...point, scale: 1 }
            : { ...point, scale: point.scale * 2 },
        ),
      ),
    );
    expect(
      clipOnTop.filter(({ paper }) => paper.includes("Pareto")).map(({ verdict }) => verdict),
    ).toEqual(["differs", "differs"]);
    expect(clipOnTop.at(-1)?.verdict).toBe("differs");
  });

  it("cannot be told from differences that sampling makes", () => {
    const [first] = findings(
      sweep(
        setting("cfg", 1, { precision: 0.5, recall: 0.5, fid: 1 }),
        setting("cfg", 3, { precision: 0.52, recall: 0.49, fid: 2 }),
      ),
    );
    expect(first?.verdict).toBe("cannot be told");
    const [contrary] = findings(
      sweep(
        setting("cfg", 1, { precision: 0.8, recall: 0.5, fid: 1 }),
        setting("cfg", 3, { precision: 0.5, recall: 0.4, fid: 2 }),
      ),
    );
    expect(contrary?.verdict).toBe("differs");
  });

  it("leave out what was not measured", () => {
    expect(findings(sweep(setting("clip", 0, { precision: 0.5, recall: 0.5, fid: 1 })))).toEqual(
      [],
    );
    const papers = findings(
      sweep(
        setting("cfg", 1, { precision: 0.5, recall: 0.5, fid: 1 }),
        setting("cfg", 3, { precision: 0.6, recall: 0.4, fid: 2 }),
      ),
    ).map(({ paper }) => paper);
    expect(
      papers.some((paper) => paper.includes("Inception") || paper.includes("CLIP score")),
    ).toBe(false);
  });
});
