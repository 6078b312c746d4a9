import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../__fixtures__/launch-chromium.ts";
import type { SweepResults } from "../sweep/sweep-results.ts";
import {
  guidanceSweep,
  guidanceSweepByClip,
  sampleImages,
  withSettings,
} from "./__fixtures__/guidance-sweep.ts";
import { writeSweepReport } from "./sweep-report.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const captions = [
  "a red apple",
  "a sad cat with sunglasses on a yellow ground",
  "two snowmen",
  "a rocket at night",
];

interface Opened {
  readonly page: Page;
  /** What the console said, what failed, and what was asked of any server. */
  readonly troubles: string[];
}

async function openReport(
  results: SweepResults,
  shown: readonly string[] = captions,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "glissade-page-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [path = ""] = await writeSweepReport(folder, results, sampleImages(results, shown));
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) troubles.push(request.url());
  });
  await page.goto(pathToFileURL(path).href);
  return { page, troubles };
}

describe("the page of a sweep", () => {
  it.each([
    [1200, "light"],
    [1200, "dark"],
    [360, "light"],
  ] as const)(
    "shows plots, numbers and images in %i pixels, %s, without network, errors or scrolling aside",
    async (width, colorScheme) => {
      const { page, troubles } = await openReport(guidanceSweepByClip(), captions, {
        viewport: { width, height: 800 },
        colorScheme,
      });
      expect(await page.locator("h2").allTextContents()).toEqual([
        "Plots",
        "Numbers",
        "Images",
        "What was measured",
      ]);
      expect(
        await page.getByRole("img", { name: /classifier-free guidance: scale 1,/ }).count(),
      ).toBe(3);
      expect(await page.locator(".numbers tbody tr").count()).toBe(11);
      const naturalWidths = await page.locator(".grids img").evaluateAll((images) =>
        Promise.all(
          images.map(async (image) => {
            if (!(image instanceof HTMLImageElement)) return 0;
            await image.decode();
            return image.naturalWidth;
          }),
        ),
      );
      expect(naturalWidths).toEqual(Array(11).fill(67)); // two of 32 pixels, with margins
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(troubles).toEqual([]);
    },
  );

  it("keeps every text of a plot inside it, in the fonts of this machine", async () => {
    const { page } = await openReport(guidanceSweep());
    const outside = await page.locator(".plots svg").evaluateAll((plots) =>
      plots.flatMap((plot) => {
        const frame = plot.getBoundingClientRect();
        return [...plot.querySelectorAll("text")].flatMap((text) => {
          const box = text.getBoundingClientRect();
          const isInside =
            box.left >= frame.left &&
            box.right <= frame.right &&
            box.top >= frame.top &&
            box.bottom <= frame.bottom;
          return isInside ? [] : [text.textContent];
        });
      }),
    );
    expect(outside).toEqual([]);
  });

  it("gives no id twice", async () => {
    const { page } = await openReport(guidanceSweep());
    const ids = await page.locator("[id]").evaluateAll((elements) => elements.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("takes names and captions from outside for nothing but text", async () => {
    const hostile = `</style></svg><script>document.title = "broken"</script><img src="https://images.invalid/x.png" onerror="document.title='broken'">"'`;
    const results = {
      ...withSettings(guidanceSweepByClip(), (setting) => ({
        ...setting,
        sampler: `${hostile}${setting.scale}`,
      })),
      model: { name: hostile, sha256: hostile },
    };
    const { page, troubles } = await openReport(results, [hostile, ...captions], {
      viewport: { width: 360, height: 800 },
    });
    expect(await page.title()).toBe(`Guidance sweep: ${hostile}`);
    expect(await page.locator("ol li").first().textContent()).toBe(hostile);
    expect(await page.locator(".numbers tbody th").first().textContent()).toContain(hostile);
    expect(await page.locator("script, [onerror]").count()).toBe(0);
    expect(await page.locator("img").count()).toBe(11);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(troubles).toEqual([]);
  });

  it("runs nothing even where markup has come in: the policy forbids it", async () => {
    const { page, troubles } = await openReport(guidanceSweep());
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'broken'";
      document.body.append(script);
    });
    expect(await page.title()).toBe("Guidance sweep: glissade-emoji");
    expect(troubles.join()).toContain("Content Security Policy");
  });

  it("names the settings that a note concerns", async () => {
    const results = guidanceSweep();
    const settings = results.settings.map((setting, index) =>
      index === 3 ? { ...setting, card: { ...setting.card, notes: ["Odd."] } } : setting,
    );
    const { page } = await openReport({ ...results, settings });
    expect(await page.locator(".facts td").allTextContents()).toContain(
      "Odd. (classifier-free guidance 3)",
    );
  });
});
