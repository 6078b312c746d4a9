import { describe, expect, it } from "vitest";
import {
  boxAround,
  labelBox,
  labelPlaces,
  overlap,
  type PointLabel,
  type Surroundings,
} from "./label-places.ts";

const surroundings: Surroundings = {
  width: 300,
  height: 200,
  lines: [],
  markSize: 10,
  fontSize: 12,
};

function boxesOf(labels: readonly PointLabel[], options = surroundings) {
  return labelPlaces(labels, options).map((place, index) =>
    labelBox(place, labels[index]?.text ?? "", options.fontSize),
  );
}

describe("labelPlaces", () => {
  it("keeps labels off each other and off all marks, also where points crowd or coincide", () => {
    const labels = [
      ...["1", "1.5", "2", "3", "5"].map((text, index) => ({
        at: { x: 150 + index * 14, y: 100 - index * 9 },
        text,
      })),
      ...["0", "1", "16"].map((text, index) => ({
        at: { x: 150 - index * 12, y: 100 + index * 4 },
        text,
      })),
    ];
    const boxes = boxesOf(labels);
    boxes.forEach((box, index) => {
      for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(0);
      for (const { at } of labels) expect(overlap(box, boxAround(at, 10, 10))).toBe(0);
    });
  });

  it("stays on the plot in its corners", () => {
    const corners = [0, 300].flatMap((x) => [0, 200].map((y) => ({ at: { x, y }, text: "1.25" })));
    for (const { left, right, top, bottom } of boxesOf(corners)) {
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(300);
      expect(bottom).toBeLessThanOrEqual(200);
    }
  });

  it("stands clear of a line that bends at every point", () => {
    const line = [50, 100, 150, 200, 250].map((x, index) => ({ x, y: index % 2 === 0 ? 60 : 140 }));
    const labels = line.map((at, index) => ({ at, text: String(index) }));
    const onLine = line.slice(1).flatMap((to, index) => {
      const from = line[index] ?? to;
      return Array.from({ length: 101 }, (_, percent) => ({
        x: from.x + ((to.x - from.x) * percent) / 100,
        y: from.y + ((to.y - from.y) * percent) / 100,
      }));
    });
    for (const { left, right, top, bottom } of boxesOf(labels, { ...surroundings, lines: [line] }))
      expect(onLine.filter(({ x, y }) => x > left && x < right && y > top && y < bottom)).toEqual(
        [],
      );
  });

  it("puts a lone label at the upper right, touching nothing", () => {
    const [place] = labelPlaces([{ at: { x: 100, y: 100 }, text: "3" }], surroundings);
    expect(place?.x).toBeGreaterThan(100);
    expect(place?.y).toBeLessThan(100);
  });
});
