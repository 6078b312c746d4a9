import { describe, expect, it } from "vitest";
import { progressBar } from "./progress-bar.ts";

function recorder(terminal: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { written, output: { ...terminal, write: (text: string) => written.push(text) } };
}

describe("progressBar", () => {
  it("redraws one line on a terminal, never wider than it, and takes it away at the end", () => {
    const { output, written } = recorder({ isTTY: true, columns: 30 });
    let time = 0;
    const bar = progressBar(output, { now: () => time });
    for (let step = 1; step <= 4; step++) {
      time += 2000;
      bar.update(step, 4);
    }
    bar.end();
    bar.end();
    const lines = written.map((text) => text.replace("\r\x1b[2K", ""));
    expect(lines[0]).toMatch(/^█{7}░{21} $/);
    expect(lines.every((line) => line.length < 30)).toBe(true);
    expect(lines.at(-1)).toBe("");
    expect(written.every((text) => text.startsWith("\r\x1b[2K") && !text.includes("\n"))).toBe(
      true,
    );
  });

  it("tells the time that is left by the steps after the first", () => {
    const { output, written } = recorder({ isTTY: true, columns: 200 });
    const times = [60_000, 61_000, 62_000]; // the first update comes after a long start
    const bar = progressBar(output, { now: () => times.shift() ?? 62_000 });
    bar.update(1, 101);
    bar.update(2, 101);
    expect(written[0]).not.toContain("left");
    expect(written[1]).toContain("step   2 of 101, 99 s left");
    bar.update(3, 201);
    expect(written[2]).toContain("3 min 18 s left");
  });

  it("writes the first step, every tenth and the last where there is no terminal", () => {
    const { output, written } = recorder();
    const bar = progressBar(output, { now: () => 0 });
    for (let step = 1; step <= 200; step++) bar.update(step, 200);
    bar.end();
    expect(written).toHaveLength(11);
    expect(written[0]).toBe("step   1 of 200\n");
    expect(written[1]).toMatch(/^step {2}20 of 200, /);
    expect(written.at(-1)).toBe("step 200 of 200\n");
    expect(written.join("")).not.toContain("\x1b");
  });

  it("is silent where quiet, apart from notes", () => {
    const { output, written } = recorder({ isTTY: true });
    const bar = progressBar(output, { quiet: true });
    bar.update(1, 2);
    bar.note("warning: something");
    bar.end();
    expect(written).toEqual(["warning: something\n"]);
  });
});
