import { describe, expect, it } from "vitest";
import {
  guidanceSweep,
  guidanceSweepByClip,
  withMetrics,
  withSettings,
} from "./__fixtures__/guidance-sweep.ts";
import { sweepMarkdown } from "./sweep-markdown.ts";

/** What a table's line holds: a bar behind a backslash belongs to the text. */
function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe("sweepMarkdown", () => {
  it("is a table with a line a setting, the best in bold, and its notes", () => {
    const [table = "", ...notes] = sweepMarkdown(guidanceSweep()).trim().split("\n\n");
    const lines = table.split("\n").map(cellsOf);
    expect(lines).toHaveLength(12);
    for (const cells of lines) expect(cells).toHaveLength(13);
    expect(lines[0]?.slice(0, 2)).toEqual(["Setting", "FID ↓"]);
    expect(lines[4]?.slice(0, 2)).toEqual(["classifier-free guidance 1.5", "**15.20**"]);
    expect(notes[0]).toBe("Bold: the best of its column.");
  });

  it("takes names from outside for nothing but text", () => {
    const hostile = "a|b\n| c |\r\n# `x` <script> [y](javascript:z) *_~$\\| &lt;";
    const results = withSettings(guidanceSweepByClip(), (setting) => ({
      ...setting,
      sampler: `${hostile}${setting.scale}`,
    }));
    const [table = "", ...rest] = sweepMarkdown({ ...results, settings: results.settings })
      .trim()
      .split("\n\n");
    const lines = table.split("\n");
    expect(lines).toHaveLength(13);
    for (const line of lines)
      expect(cellsOf(line)).toHaveLength(lines[0] ? cellsOf(lines[0]).length : 0);
    const [title = ""] = cellsOf(lines[2] ?? "");
    // every mark of Markdown's has its backslash
    expect(title.replace(/\\[\W_]/g, "")).not.toMatch(/[\\`*_[\]<>|#~&$]/);
    expect(title).toContain("\\<script\\>");
    expect(rest.join()).not.toContain("script");
  });

  it("has a dash, and never NaN, for what was not measured", () => {
    const without = withMetrics(guidanceSweep(), ({ metrics, scale }) => ({
      ...metrics,
      fid: scale > 0 ? metrics.fid : Number.NaN,
    }));
    const markdown = sweepMarkdown(without);
    expect(markdown).not.toMatch(/NaN|undefined|Infinity/);
    expect(markdown).toContain("| classifier-free guidance 0 (caption ignored) | – |");
  });
});
