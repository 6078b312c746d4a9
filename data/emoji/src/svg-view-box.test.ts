import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { renderDrawing } from "./render-picture.ts";
import { pageOf, withViewBox } from "./svg-view-box.ts";

it("reads a page's size in any unit, or its view box", () => {
  expect(pageOf('<svg width="100" height="50">').side).toBe(100);
  expect(pageOf("<svg height='1in' width='10mm'>").side).toBe(96);
  expect(pageOf('<svg viewBox="1 2 30 40" width="9mm">')).toEqual({ x: 1, y: 2, side: 40 });
  expect(pageOf('<svg width="100%">').side).toBe(1000);
});

it("replaces size and view box, and nothing else", () => {
  const framed = withViewBox(
    '<svg id="a" width="9mm" height="9mm" stroke-width="2"><rect width="1"/></svg>',
    { x: 1, y: 2, side: 3 },
    64,
  );
  expect(framed).toBe(
    '<svg viewBox="1 2 3 3" width="64" height="64" id="a" stroke-width="2"><rect width="1"/></svg>',
  );
});

it("finds a drawing that lies off its page in millimetres, and fills the square with it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "drawing-"));
  const path = join(folder, "drawing.svg");
  await writeFile(
    path,
    '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm"><rect x="900" y="300" width="80" height="40" fill="blue"/></svg>',
  );
  const pixels = await renderDrawing(path);
  const alphaAt = (x: number, y: number) => pixels[(y * 256 + x) * 4 + 3];
  const wide = Array.from({ length: 256 }, (_, x) => alphaAt(x, 128)).filter(
    (alpha) => alpha === 255,
  ).length;
  const high = Array.from({ length: 256 }, (_, y) => alphaAt(128, y)).filter(
    (alpha) => alpha === 255,
  ).length;
  expect(Math.abs(wide - 232)).toBeLessThanOrEqual(3);
  expect(Math.abs(high - 116)).toBeLessThanOrEqual(3);
  expect([...pixels.subarray((128 * 256 + 128) * 4, (128 * 256 + 128) * 4 + 4)]).toEqual([
    0, 0, 255, 255,
  ]);
  await rm(folder, { recursive: true });
});
