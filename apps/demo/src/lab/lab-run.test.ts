import { type GenerateOptions, type Glide, loadGlide } from "@glissade/core";
import { tinyClip, tinyModel } from "@glissade/core/testing";
import { interpreter } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { cellOptions, labRows } from "./lab-grid.ts";
import { LabRun } from "./lab-run.ts";

const files = await tinyModel(await tinyClip());
const request = { prompt: "ab", seed: 3, upscale: false };
const scales = [1, 3];

async function withLab(
  use: (lab: LabRun, glide: Glide, asked: GenerateOptions[]) => Promise<void>,
): Promise<void> {
  const glide = await loadGlide(files, { backend: interpreter() });
  const asked: GenerateOptions[] = [];
  const lab = new LabRun();
  const generate = (options: GenerateOptions) => {
    asked.push(options);
    return glide.generate(options);
  };
  lab.configure({ generate });
  try {
    await use(lab, glide, asked);
  } finally {
    await lab.stop();
    await glide.dispose();
  }
}

describe("a grid that is filled", () => {
  it("has in every cell the image that the model makes with the cell's settings", () =>
    withLab(async (lab, glide) => {
      await lab.generate({ ...request, scales });
      const { status, finished, current } = lab.getSnapshot();
      expect({ status, current, size: finished.size }).toEqual({
        status: "done",
        current: undefined,
        size: 7,
      });
      for (const cell of labRows(scales).flatMap(({ cells }) => cells)) {
        const { images } = await glide.generate(cellOptions(cell, request));
        expect(finished.get(cell.key)).toEqual({ image: images[0] });
      }
    }));

  it("tells its progress, which only grows, and the cell that is being made", () =>
    withLab(async (lab) => {
      const told: number[] = [];
      const cells = new Set<string | undefined>();
      const leave = lab.subscribe(() => {
        told.push(lab.getSnapshot().progress.cells);
        cells.add(lab.getSnapshot().current);
      });
      await lab.generate({ ...request, scales: [2] });
      leave();
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect([...cells].filter(Boolean)).toEqual(["none", "classifier-free 2", "clip 2", "both 2"]);
    }));

  it("keeps what is finished when it is stopped, and goes on there", () =>
    withLab(async (lab, _, asked) => {
      const leave = lab.subscribe(() => {
        if (lab.getSnapshot().finished.size === 2) void lab.stop();
      });
      await lab.generate({ ...request, scales });
      leave();
      expect(lab.getSnapshot()).toMatchObject({ status: "stopped", current: undefined });
      const kept = lab.getSnapshot().finished.get("none");
      const before = asked.length;
      await lab.generate({ ...request, scales });
      expect(lab.getSnapshot().status).toBe("done");
      expect(lab.getSnapshot().finished.get("none")).toBe(kept);
      expect(asked.length - before).toBe(5);
    }));

  it("begins anew for another seed, and makes only what is missing for another scale", () =>
    withLab(async (lab, _, asked) => {
      await lab.generate({ ...request, scales: [1] });
      await lab.generate({ ...request, scales: [1, 2] });
      expect(asked).toHaveLength(4 + 3);
      await lab.generate({ ...request, seed: 4, scales: [1] });
      expect(asked).toHaveLength(7 + 4);
      expect(lab.getSnapshot().finished.size).toBe(4);
    }));

  it("fills the grid that was asked for last, where one was being filled", () =>
    withLab(async (lab) => {
      const first = lab.generate({ ...request, scales });
      await lab.generate({ ...request, seed: 9, scales: [1] });
      await first;
      expect(lab.getSnapshot()).toMatchObject({ status: "done", request: { seed: 9 } });
      expect(lab.getSnapshot().finished.size).toBe(4);
    }));

  it("ends with the error where the request is wrong", async () => {
    const lab = new LabRun();
    await lab.generate({ ...request, scales });
    expect(lab.getSnapshot()).toMatchObject({
      status: "error",
      error: { name: "ModelNotLoadedError" },
      current: undefined,
    });
  });
});
