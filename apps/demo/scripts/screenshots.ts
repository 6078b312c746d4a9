import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { decodePng, encodePng } from "@glissade/core";
import type { Browser, Page } from "playwright";
import { buildDemo } from "../src/__fixtures__/build-demo.ts";
import { demoBrowser, openDemo, setSlider } from "../src/__fixtures__/demo-browser.ts";
import { demoSite } from "../src/__fixtures__/demo-site.ts";
import { drawByMouse } from "../src/__fixtures__/drawing-hand.ts";

/** An image of a page, with what a visitor has made on it. */
interface Screenshot {
  readonly name: string;
  readonly path: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly fill: (page: Page) => Promise<void>;
}

const slowest = { timeout: 300_000 };

const screenshots: readonly Screenshot[] = [
  {
    name: "create",
    path: "/",
    size: { width: 1200, height: 970 },
    fill: (page) => create(page, 4),
  },
  {
    name: "create-narrow",
    path: "/",
    size: { width: 390, height: 1580 },
    fill: (page) => create(page, 2),
  },
  {
    name: "guidance-lab",
    path: "/guidance",
    size: { width: 1200, height: 1280 },
    async fill(page) {
      await page.getByRole("button", { name: "8", exact: true }).click();
      await page.getByRole("button", { name: "Fill the grid" }).click();
      await page.getByRole("button", { name: "Both, scale 5: show large" }).waitFor(slowest);
    },
  },
  {
    name: "inpaint",
    path: "/inpaint",
    size: { width: 1200, height: 1040 },
    async fill(page) {
      await page.getByRole("button", { name: "Make three" }).click();
      await page.getByRole("button", { name: "Use this one: Image 1" }).click(slowest);
      await drawByMouse(page, [
        [40, 92],
        [88, 92],
      ]);
      await page
        .getByRole("textbox", { name: /^What should be there/ })
        .fill("grinning cat, 3d render");
      await page.getByRole("button", { name: "Make three proposals" }).click();
      await page.getByRole("button", { name: "Go on with this one: Proposal 3" }).waitFor(slowest);
    },
  },
  {
    name: "sketch",
    path: "/sketch",
    size: { width: 1200, height: 1220 },
    async fill(page) {
      await page.getByRole("group", { name: "Examples" }).getByRole("button").first().click();
      await setSlider(page, "Images", 3);
      await page.getByRole("button", { name: "Make 3 images" }).click();
      await page.getByRole("button", { name: "Draw on it: Image 3" }).waitFor(slowest);
    },
  },
  {
    name: "interpolate",
    path: "/interpolate",
    size: { width: 1200, height: 1240 },
    async fill(page) {
      await page.getByRole("button", { name: "Make the way" }).click();
      await page.getByRole("button", { name: "Play" }).waitFor(slowest);
      await setSlider(page, "Frame", 4);
    },
  },
  {
    name: "engine",
    path: "/engine",
    size: { width: 1200, height: 1140 },
    async fill(page) {
      await page.getByRole("button", { name: "Load the model" }).click();
      await page.getByRole("button", { name: "Measure" }).click(slowest);
      await page.getByRole("textbox", { name: "Results, as Markdown" }).waitFor(slowest);
    },
  },
];

async function create(page: Page, count: number): Promise<void> {
  await page.getByRole("textbox", { name: "Prompt" }).fill("red apple, 3d render");
  await page.getByRole("textbox", { name: "Seed" }).fill("7");
  await page.getByRole("textbox", { name: "Seed" }).blur();
  await setSlider(page, "Images", count);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("slider", { name: "The way there" }).waitFor(slowest);
}

async function take(
  browser: Browser,
  url: string,
  { name, path, size, fill }: Screenshot,
): Promise<void> {
  const { context, page, errors } = await openDemo(
    browser,
    `${url}#${path}`,
    { provider: "wasm" },
    { viewport: size, reducedMotion: "reduce" },
  );
  await context.addInitScript(() => {
    Math.random = () => 7e-6; // any seed is 7: the same images with every run
  });
  await page.reload();
  await fill(page);
  if (errors.length > 0) throw new Error(`${name}: ${errors.join("; ")}`);
  await page.evaluate(() =>
    document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined,
  );
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
  const { image } = decodePng(await page.screenshot());
  await writeFile(`${folder}${name}.png`, encodePng({ ...image, data: image.data.map(coarse) }));
  await context.close();
}

/** Levels that the eye hardly tells apart become one: the files take two thirds of the room. */
function coarse(level: number): number {
  return Math.min(255, 8 * Math.round(level / 8));
}

const folder = fileURLToPath(new URL("../screenshots/", import.meta.url));
await mkdir(folder, { recursive: true });
const asked = process.argv.slice(2); // names; none for all
const built = await buildDemo();
const [site, browser] = await Promise.all([demoSite(built.files), demoBrowser()]);
try {
  for (const screenshot of screenshots)
    if (asked.length === 0 || asked.includes(screenshot.name))
      await take(browser, site.url, screenshot);
} finally {
  await browser.close();
  await site.close();
  await built.remove();
}
