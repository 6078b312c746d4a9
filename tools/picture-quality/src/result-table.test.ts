import { expect, it } from "vitest";
import { resultTable } from "./result-table.ts";

it("prints settings beside the ceiling, and the worst prompts", () => {
  const shares = (top1: number, top5: number, images: number) => ({ top1, top5, images });
  const table = resultTable({
    model: "a model",
    seeds: 2,
    settings: { default: shares(0.25, 0.5, 200), unguided: shares(0.125, 0.3, 200) },
    ceiling: { ...shares(1, 1, 30), heldOut: shares(0.9, 1, 10), leftOut: shares(0.8, 0.95, 20) },
    worst: [{ prompt: "a taxi", thing: "taxi", top1: 0, takenFor: "bus" }],
  });
  expect(table.split("\n")).toEqual([
    "a model",
    "",
    "                     top-1  top-5 images",
    "default              0.250  0.500    200",
    "unguided             0.125  0.300    200",
    "real, known styles   1.000  1.000     30",
    "real, unseen images  0.900  1.000     10",
    "real, unseen style   0.800  0.950     20",
    "",
    "Told least often:",
    "  0.00  a taxi, taken for bus",
  ]);
});
