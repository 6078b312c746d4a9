import { crc32, deflateSync } from "node:zlib";
import { encodePng, rgbImage } from "@glissade/core";
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenedDemo, openDemo, pixelsOf, setSlider } from "./__fixtures__/demo-browser.ts";
import {
  drawByFinger,
  drawByMouse,
  type Stroke,
  sheetPixels,
} from "./__fixtures__/drawing-hand.ts";
import { sharedDemo } from "./__fixtures__/shared-demo.ts";

const demo = sharedDemo();

const side = 128;

/** One visit for all tests: the model is loaded once. */
let visit: OpenedDemo | undefined;
beforeAll(async () => {
  visit = await openDemo(
    demo.browser,
    demo.site.url,
    { provider: "wasm", threads: 1 },
    { hasTouch: true, reducedMotion: "reduce" },
  );
});
afterEach(() => expect(visit?.errors).toEqual([]));
afterAll(() => visit?.context.close());

/** One of the demo's pages, as it begins. */
async function freshPage(path: string): Promise<Page> {
  if (!visit) throw new Error("The visit has not begun.");
  const { page } = visit;
  for (const to of ["/nowhere", path]) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#${to}`);
    await (to === path
      ? page.locator(`nav a.active[href="#${path}"]`)
      : page.getByRole("heading", { name: "There is no such page" })
    ).waitFor();
  }
  return page;
}

/** Stops the run that goes on, as soon as the page offers it. */
async function stop(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Stop" }).click({ timeout: 30_000 });
  await page.getByText(/^Stopped\./).waitFor();
}

describe("the Inpaint page", () => {
  it("makes anew what was brushed, by mouse and by finger, and nothing else", async () => {
    const page = await freshPage("/inpaint");
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "slope.png", mimeType: "image/png", buffer: slopePng() });
    await page.getByText("Nothing is masked yet.").waitFor();
    const before = await sheetPixels(page);
    const strokes: readonly Stroke[] = [
      [
        [40, 40],
        [80, 40],
      ],
      [
        [60, 90],
        [90, 90],
      ],
    ];
    const [byMouse, byFinger] = strokes as [Stroke, Stroke];
    await drawByMouse(page, byMouse);
    await expect.poll(() => sheetPixels(page)).not.toEqual(before);
    const once = await sheetPixels(page);
    await drawByFinger(page, byFinger);
    await expect.poll(() => sheetPixels(page)).not.toEqual(once);
    const twice = await sheetPixels(page);
    await page.getByRole("button", { name: "Undo" }).click();
    expect(await sheetPixels(page)).toEqual(once);
    await page.getByRole("button", { name: "Redo" }).click();
    expect(await sheetPixels(page)).toEqual(twice);

    await page.getByRole("button", { name: "Make three proposals" }).click();
    await stop(page);
    await page.getByRole("button", { name: "Make three proposals" }).click();
    const take = page.getByRole("button", { name: /^Go on with this one/ });
    await take.first().waitFor({ timeout: 30_000 });
    expect(await take.count()).toBe(3);
    const proposals = await Promise.all(
      [1, 2, 3].map((number) => pixelsOf(page, `Proposal ${number}`)),
    );
    expect(new Set(proposals.map(String)).size).toBe(3);
    const reach = 10 + 3 + 1; // the brush's radius, the soft edge, and what lies across a pixel
    const outside = Array.from({ length: side ** 2 }, (_, pixel) => pixel).filter((pixel) =>
      strokes.every(
        (stroke) => distance(stroke, (pixel % side) + 0.5, Math.floor(pixel / side) + 0.5) > reach,
      ),
    );
    expect(outside.length).toBeGreaterThan(8000);
    for (const proposal of proposals) {
      expect(outside.flatMap((pixel) => proposal.slice(4 * pixel, 4 * pixel + 3))).toEqual(
        outside.flatMap((pixel) => before.slice(4 * pixel, 4 * pixel + 3)),
      );
      const middles = strokes.map(([[x, y] = [0, 0]]) => 4 * (y * side + x + 10));
      for (const at of middles)
        expect(proposal.slice(at, at + 3)).not.toEqual(before.slice(at, at + 3));
    }

    await take.nth(1).click();
    await page.getByText("Nothing is masked yet.").waitFor();
    expect(await sheetPixels(page)).toEqual(proposals[1]);
  }, 60_000);

  it("makes images to begin with, and takes files of any size but none that is no image", async () => {
    const page = await freshPage("/inpaint");
    await page.getByRole("button", { name: "Make three" }).click();
    await stop(page);
    const file = page.locator("input[type=file]");
    await file.setInputFiles({
      name: "letter.png",
      mimeType: "image/png",
      buffer: Buffer.from("Dear reader"),
    });
    expect(await page.getByRole("alert").textContent()).toMatch(
      /^letter\.png cannot be read as an image/,
    );
    await file.setInputFiles({
      name: "wide.png",
      mimeType: "image/png",
      buffer: widePng(8000, 6000),
    });
    await page.getByText("Nothing is masked yet.").waitFor();
    const pixels = await sheetPixels(page);
    expect(pixels).toHaveLength(4 * side ** 2);
    // the middle alone
    expect(new Set(pixels.filter((_, i) => i % 4 !== 3))).toEqual(new Set([77]));
    await page.getByRole("button", { name: "Another image" }).click();
    await page.getByRole("heading", { name: "An image to begin with" }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });
});

describe("the Sketch page", () => {
  it("makes of a drawing what its strength allows, and draws on with the result", async () => {
    const page = await freshPage("/sketch");
    const blank = await sheetPixels(page);
    await drawByMouse(page, [
      [40, 64],
      [64, 40],
      [88, 64],
      [64, 88],
      [40, 64],
    ]);
    await page.getByText("Fill an area").click();
    await drawByFinger(page, [[64, 64]]);
    const middle = 4 * (64 * side + 64);
    await expect
      .poll(async () => (await sheetPixels(page)).slice(middle, middle + 3))
      .not.toEqual(blank.slice(middle, middle + 3));
    const sketch = await sheetPixels(page);
    await setSlider(page, "Images", 1);
    await setSlider(page, "Strength", 1);
    await page.getByRole("button", { name: "Make an image" }).click();
    await stop(page);

    const distances: number[] = [];
    for (const strength of [0.1, 0.5]) {
      await setSlider(page, "Strength", strength);
      await page.getByRole("button", { name: "Make an image" }).click();
      await page.getByRole("button", { name: "Draw on it: Image 1" }).waitFor({ timeout: 30_000 });
      const made = await pixelsOf(page, "Image 1");
      distances.push(
        made.reduce((sum, value, i) => sum + Math.abs(value - (sketch[i] ?? Number.NaN)), 0) /
          made.length,
      );
      // something else than the finished run, before the next
      await page.getByText("Brush", { exact: true }).click();
    }
    const [close = Number.NaN, far = Number.NaN] = distances;
    expect(close).toBeGreaterThan(0);
    expect(close).toBeLessThan(far);
    const made = await pixelsOf(page, "Image 1");
    await page.getByRole("button", { name: "Draw on it: Image 1" }).click();
    expect(await sheetPixels(page)).toEqual(made);
    await page.getByRole("button", { name: "Undo" }).click();
    expect(await sheetPixels(page)).toEqual(sketch);
  }, 60_000);
});

describe("the Guidance lab", () => {
  it("fills its grid, goes on after a stop, and shows a cell with its settings", async () => {
    const page = await freshPage("/guidance");
    for (const scale of ["5", "8"])
      await page.getByRole("button", { name: scale, exact: true }).click();
    const finished = page.getByRole("button", { name: /: show large$/ });
    await page.getByRole("button", { name: "Fill the grid" }).click();
    await finished.first().waitFor({ timeout: 30_000 });
    await stop(page);
    const made = await finished.count();
    expect(made).toBeLessThan(7);
    const unguided = await pixelsOf(page, "No guidance");
    await page.getByRole("button", { name: "Fill the grid" }).click();
    await expect.poll(() => finished.count(), { timeout: 40_000 }).toBe(7);
    expect(await pixelsOf(page, "No guidance")).toEqual(unguided); // not made again
    const cell = (name: string) => pixelsOf(page, new RegExp(`^${name}$`));
    // a scale of 1 is the prompt alone
    expect(await cell("Classifier-free, scale 1")).toEqual(unguided);
    expect(await cell("Both, scale 1")).toEqual(await cell("CLIP, scale 1"));
    const others = await Promise.all(
      ["Classifier-free, scale 3", "CLIP, scale 1", "CLIP, scale 3", "Both, scale 3"].map(cell),
    );
    expect(new Set([unguided, ...others].map(String)).size).toBe(5);

    await page.getByRole("button", { name: "CLIP, scale 3: show large" }).click();
    const dialog = page.getByRole("dialog", { name: "CLIP, scale 3" });
    await dialog.getByText("red apple, 3d render").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }, 90_000);
});

describe("the Interpolate page", () => {
  it("shows every frame of the way from one prompt to another, and draws without a prompt", async () => {
    const page = await freshPage("/interpolate");
    await setSlider(page, "Frames", 3);
    await page.getByRole("button", { name: "Make the way" }).click();
    await stop(page);
    await page.getByRole("button", { name: "Make the way" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor({ timeout: 30_000 });
    const frames: string[] = [];
    for (const number of [1, 2, 3]) {
      await setSlider(page, "Frame", number);
      frames.push(String(await pixelsOf(page, `Frame ${number} of 3`)));
      expect(String(await pixelsOf(page, new RegExp(`^Frame ${number}$`)))).toBe(frames.at(-1));
    }
    expect(new Set(frames).size).toBe(3);
    await page.getByRole("button", { name: "Play" }).click();
    const film = page.getByRole("img", { name: /^Frame \d of 3$/ });
    await expect.poll(() => film.getAttribute("aria-label")).not.toBe("Frame 3 of 3");
    await page.getByRole("button", { name: "Pause" }).click();

    await setSlider(page, "Images", 2);
    await page.getByRole("button", { name: "Draw without a prompt" }).click();
    await page.getByRole("img", { name: "Image without a prompt 2" }).waitFor({ timeout: 30_000 });
    expect(await pixelsOf(page, "Image without a prompt 1")).not.toEqual(
      await pixelsOf(page, "Image without a prompt 2"),
    );
    await page.getByRole("button", { name: "Draw without a prompt" }).click();
    await stop(page);
  }, 60_000);
});

/** Of a place from a stroke of one straight piece. */
function distance([[x0, y0] = [0, 0], [x1, y1] = [0, 0]]: Stroke, x: number, y: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx ** 2 + dy ** 2)));
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}

/**
 * An image in which every pixel has a colour of its own: none of the mask's, and none that a
 * network would hit by chance.
 */
function slopePng(): Buffer {
  const data = Uint8Array.from({ length: 3 * side ** 2 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [pixel % side, Math.floor(pixel / side), 60][i % 3] ?? 0;
  });
  return Buffer.from(encodePng(rgbImage(side, side, data)));
}

/** A grey image with black margins left and right of the square in its middle. */
function widePng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8); // bits a pixel; the rest are zeros: grey, and nothing unusual
  const row = Buffer.alloc(1 + width); // begins with the filter, none
  row.fill(77, 1 + (width - height) / 2, 1 + (width + height) / 2);
  const rows = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)), { level: 1 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", rows),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
