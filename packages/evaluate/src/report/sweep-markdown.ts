import type { SweepResults } from "../sweep/sweep-results.ts";
import { sweepTable } from "./sweep-table.ts";

/**
 * A sweep's table as GitHub's Markdown, the best of each column in bold, its notes beneath.
 *
 * @throws InvalidArgumentError where nothing was measured, or not everything by one network
 */
export function sweepMarkdown(results: SweepResults): string {
  const { columns, rows, notes } = sweepTable(results);
  const lines = [
    line(["Setting", ...columns.map(({ title }) => literal(title))]),
    line(["---", ...columns.map(() => "--:")]),
    ...rows.map(({ title, cells }) =>
      line([
        literal(title),
        ...cells.map(({ text, isBest }) => (isBest ? `**${literal(text)}**` : literal(text))),
      ]),
    ),
  ];
  return `${lines.join("\n")}\n${notes.map((note) => `\n${literal(note)}\n`).join("")}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Text that Markdown does not take for markup. */
function literal(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#~&!$]/g, "\\$&");
}
