import type { Page } from "playwright";

/** Places in an image of 128 pixels a side. */
export type Stroke = readonly (readonly [x: number, y: number])[];

const side = 128;

/** The canvas that is drawn on. */
export function sheetOf(page: Page) {
  return page.getByRole("application").locator("canvas");
}

/** The pixels of the canvas that is drawn on, RGBA. */
export function sheetPixels(page: Page): Promise<number[]> {
  return sheetOf(page).evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [])]);
}

/** Draws with the mouse. */
export async function drawByMouse(page: Page, stroke: Stroke): Promise<void> {
  const [first, ...rest] = await placesOnScreen(page, stroke);
  if (!first) return;
  await page.mouse.move(first.x, first.y);
  await page.mouse.down();
  for (const { x, y } of rest) await page.mouse.move(x, y, { steps: 4 });
  await page.mouse.up();
}

/** Draws with a finger: Playwright itself only taps. */
export async function drawByFinger(page: Page, stroke: Stroke): Promise<void> {
  const [first, ...rest] = await placesOnScreen(page, stroke);
  if (!first) return;
  const session = await page.context().newCDPSession(page);
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [first] });
  for (const place of rest) await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [place] });
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await session.detach();
}

async function placesOnScreen(page: Page, stroke: Stroke): Promise<{ x: number; y: number }[]> {
  const sheet = sheetOf(page);
  await sheet.scrollIntoViewIfNeeded();
  const box = await sheet.boundingBox();
  if (!box) throw new Error("the sheet is not shown");
  return stroke.map(([x, y]) => ({ x: box.x + (x / side) * box.width, y: box.y + (y / side) * box.height }));
}
