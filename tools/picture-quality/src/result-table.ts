import type { QualityResults } from "./results.ts";
import type { Shares } from "./scores.ts";

/** The results as text for a terminal. */
export function resultTable({ model, settings, ceiling, worst }: QualityResults): string {
  const { heldOut, leftOut, ...trained } = ceiling;
  const rows: (readonly [string, Shares])[] = [
    ...Object.entries(settings),
    ["real, known styles", trained],
    ["real, unseen images", heldOut],
    ["real, unseen style", leftOut],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const line = (cells: readonly string[]) => {
    const [name = "", ...numbers] = cells;
    return [name.padEnd(width), ...numbers.map((cell) => cell.padStart(7))].join("");
  };
  return [
    model,
    "",
    line(["", "top-1", "top-5", "images"]),
    ...rows.map(([name, { top1, top5, images }]) =>
      line([name, top1.toFixed(3), top5.toFixed(3), String(images)]),
    ),
    "",
    "Told least often:",
    ...worst.map(({ prompt, top1, takenFor }) => {
      const instead = takenFor === "" ? "" : `, taken for ${takenFor}`;
      return `  ${top1.toFixed(2)}  ${prompt}${instead}`;
    }),
  ].join("\n");
}
