import { InvalidArgumentError, UnknownNameError } from "@glissade/core";
import { describe, expect, it } from "vitest";
import type { GuidanceStrategy, SweepSetting } from "./sweep-results.ts";
import {
  type SweepAxes,
  samplesName,
  samplingOf,
  settingName,
  sweepSettings,
} from "./sweep-settings.ts";

const axes: SweepAxes = {
  strategies: ["cfg", "clip"],
  scales: { cfg: [0, 1, 3], clip: [0, 2] },
  samplers: ["ddim", "dpmpp-2m"],
  steps: [10, "fast27"],
};
const setting = (strategy: GuidanceStrategy, scale: number): SweepSetting => ({
  strategy,
  scale,
  sampler: "ddim",
  steps: 10,
});

describe("sweepSettings", () => {
  it("combines every axis, the scales of a curve one after the other", () => {
    const names = sweepSettings(axes).map(settingName);
    expect(names).toHaveLength((3 + 2) * 2 * 2);
    expect(names.slice(0, 4)).toEqual([
      "cfg 0, ddim 10",
      "cfg 1, ddim 10",
      "cfg 3, ddim 10",
      "cfg 0, ddim fast27",
    ]);
  });

  it("refuses what does not exist, is empty, or is there twice", () => {
    expect(() => sweepSettings({ ...axes, samplers: ["ddimm"] })).toThrow('Did you mean "ddim"?');
    expect(() =>
      sweepSettings({ ...axes, strategies: ["classifier" as GuidanceStrategy] }),
    ).toThrow(UnknownNameError);
    expect(() => sweepSettings({ ...axes, steps: [] })).toThrow(InvalidArgumentError);
    expect(() => sweepSettings({ ...axes, scales: { cfg: [1] } })).toThrow("scales.clip");
    expect(() => sweepSettings({ ...axes, scales: { cfg: [-1], clip: [1] } })).toThrow(
      "numbers from 0",
    );
    expect(() => sweepSettings({ ...axes, scales: { cfg: [1, 1], clip: [1] } })).toThrow(
      "cfg 1, ddim 10 twice",
    );
  });
});

describe("what a setting asks of a pipeline", () => {
  it("is guidance alone, or CLIP alone", () => {
    expect(samplingOf(setting("cfg", 3))).toEqual({ guidance: 3, sampler: "ddim", steps: 10 });
    expect(samplingOf(setting("cfg", 0))).toEqual({ guidance: 0, sampler: "ddim", steps: 10 });
    expect(samplingOf(setting("clip", 2))).toEqual({
      guidance: 1,
      clipGuidance: 2,
      sampler: "ddim",
      steps: 10,
    });
  });

  it("is the same without guidance, whichever strategy is switched off", () => {
    expect(samplingOf(setting("cfg", 1))).toEqual(samplingOf(setting("clip", 0)));
    expect(samplesName(setting("cfg", 1))).toBe(samplesName(setting("clip", 0)));
    expect(samplesName(setting("cfg", 1.5))).toBe("cfg-1.5-ddim-10");
  });
});
