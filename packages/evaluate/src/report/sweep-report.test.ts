import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { decodePng, InvalidArgumentError } from "@glissade/core";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { guidanceSweep, samplePictures, withSettings } from "./__fixtures__/guidance-sweep.ts";
import { headlessChromium } from "./__fixtures__/headless-chromium.ts";
import { ReportFileError } from "./report-file-error.ts";
import { writeSweepReport } from "./sweep-report.ts";

const captions = ["a red apple", "</style><script>alert(1)</script>", 'a "sad" cat & a dog', "a rocket <img src=x onerror=alert(1)>"];

let browser: Browser;
let folder: string;
beforeAll(async () => {
  browser = await headlessChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-report-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface OpenedReport {
  readonly page: Page;
  /** What the page said on its console, and what it asked of others. */
  readonly complaints: readonly string[];
}

async function openReport(options: BrowserContextOptions = {}): Promise<OpenedReport> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
  const address = pathToFileURL(join(folder, "report.html")).href;
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) complaints.push(request.url());
  });
  await page.goto(address);
  return { page, complaints };
}

const filesOf = async (path: string) => (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

describe("writeSweepReport", () => {
  it("writes page, numbers, plots and grids, and leaves nothing else behind", async () => {
    const results = guidanceSweep();
    const paths = await writeSweepReport(folder, results, samplePictures(results, captions));
    expect(paths[0]).toBe(join(folder, "report.html"));
    expect(paths).toHaveLength(4 + 3 * 2 + 10);
    const written = (await filesOf(folder)).map((entry) => join(entry.parentPath, entry.name));
    expect(written.sort()).toEqual([...paths].sort());
    expect(JSON.parse(await readFile(join(folder, "results.json"), "utf8"))).toEqual(results);
    const { image } = decodePng(await readFile(join(folder, "grids", "04-cfg-3-ddim.png")));
    expect([image.width, image.height]).toEqual([3 * (2 * 32 + 3), 3 * (2 * 32 + 3)]); // pictures of 32 pixels, three times as large
  });

  it("makes a page that asks nobody, complains of nothing and shows its pictures", async () => {
    const results = guidanceSweep();
    await writeSweepReport(folder, results, samplePictures(results, captions));
    const { page, complaints } = await openReport();
    const images = await page
      .locator("main img")
      .evaluateAll((all) => all.map((image) => image instanceof HTMLImageElement && image.complete && image.naturalWidth));
    expect(images).toEqual(Array(10).fill(67));
    expect(await page.locator("main svg").count()).toBe(3);
    expect(await page.locator("table.numbers tbody tr").count()).toBe(10);
    const ids = await page.locator("[id]").evaluateAll((all) => all.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    const text = await page.locator("main").innerText();
    for (const told of [
      "inception-v3-fid",
      "c0c0c0",
      "clean",
      "emoji-validation",
      "9e9e9e",
      "seed 7",
      "2048 samples are few",
      "not ranked",
      "ddim, 50 steps",
    ]) {
      expect(text).toContain(told);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("shows captions and names as they are written, whatever is in them", async () => {
    const name = `"x" <b>bold</b> '&amp;</title></style>`;
    const results = withSettings({ ...guidanceSweep(), model: { name, sha256: "5f".repeat(32) } }, (setting) => ({
      ...setting,
      sampler: setting.strategy === "cfg" ? name : "ddim",
      card: { ...setting.card, notes: setting.scale === 0 ? ["<script>alert(2)</script>"] : [] },
    }));
    await writeSweepReport(folder, results, samplePictures(results, captions));
    const { page, complaints } = await openReport();
    expect(await page.locator("main ol li").allInnerTexts()).toEqual(captions);
    expect(await page.title()).toBe(`Guidance sweep: ${name}`);
    expect(await page.locator("h1").innerText()).toBe(`Guidance sweep: ${name}`);
    expect(await page.locator("tbody th[scope=row]").filter({ hasText: name }).count()).toBe(5);
    expect(await page.locator("td", { hasText: "<script>alert(2)</script> (cfg 0; clip 0)" }).count()).toBe(1);
    expect(await page.locator("script, b, img[src=x]").count()).toBe(0);
    expect(complaints).toEqual([]);
    expect((await readdir(join(folder, "grids"))).every((file) => /^[\w.-]+$/.test(file))).toBe(true);
    await page.context().close();
  });

  it("forbids scripts, and everything that comes from elsewhere", async () => {
    const results = guidanceSweep();
    await writeSweepReport(folder, results, samplePictures(results, captions));
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const elsewhere = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/picture.png`;
    const path = join(folder, "report.html");
    await writeFile(path, (await readFile(path, "utf8")).replace("</main>", `</main><img src="${elsewhere}"><script>document.title = "ran"</script>`));
    const { page, complaints } = await openReport();
    expect(await page.title()).toBe("Guidance sweep: glissade-emoji");
    expect(complaints.filter((complaint) => complaint.includes("Content Security Policy")).length).toBeGreaterThanOrEqual(2);
    expect(asked).toEqual([]);
    await page.context().close();
    server.close();
  });

  it.each(["light", "dark"] as const)("fits 360 pixels without scrolling sideways, and can be read, %s", async (colorScheme) => {
    const results = withSettings(guidanceSweep(), (setting) => ({ ...setting, sampler: setting.strategy === "cfg" ? "x".repeat(300) : "ddim" }));
    await writeSweepReport(
      folder,
      { ...results, model: { name: "m".repeat(200), sha256: "5f".repeat(32) } },
      samplePictures(results, [...captions, "w".repeat(300)], 64),
    );
    const { page, complaints } = await openReport({ viewport: { width: 360, height: 740 }, colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await page.locator(".scroll").evaluate((region) => region.scrollWidth > region.clientWidth)).toBe(true);
    const [ink, paper] = await page.locator("body").evaluate((body) => {
      const { color, backgroundColor } = getComputedStyle(body);
      return [color, backgroundColor].map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, level) => sum + Number(level), 0));
    });
    expect((ink ?? 0) < (paper ?? 0)).toBe(colorScheme === "light");
    expect(Math.abs((ink ?? 0) - (paper ?? 0))).toBeGreaterThan(500);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("goes without pictures where there are none", async () => {
    const results = guidanceSweep();
    const paths = await writeSweepReport(
      folder,
      results,
      results.settings.map(() => []),
    );
    expect(paths).toHaveLength(10);
    const { page, complaints } = await openReport();
    expect(await page.getByRole("heading", { level: 2 }).allInnerTexts()).toEqual(["Plots", "Numbers", "What was measured"]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("refuses pictures that do not belong to the settings", async () => {
    const results = guidanceSweep();
    const pictures = samplePictures(results, captions);
    await expect(writeSweepReport(folder, results, pictures.slice(1))).rejects.toThrow(/pictures of 9 settings/);
    const other = pictures.map((samples, index) => (index === 4 ? samples.toReversed() : samples));
    await expect(writeSweepReport(folder, results, other)).rejects.toThrow(/other captions for setting 4/);
    const sizes = pictures.map((samples, index) => (index === 2 ? (samplePictures(results, captions, 16)[2] ?? []) : samples));
    sizes[3] = [...(pictures[3] ?? []).slice(1), ...(sizes[2] ?? []).slice(0, 1)];
    await expect(writeSweepReport(folder, results, sizes)).rejects.toThrow(InvalidArgumentError);
    expect(await filesOf(folder)).toEqual([]);
  });

  it("leaves the earlier report whole where it is aborted or a file cannot be written", async () => {
    const results = guidanceSweep();
    const pictures = samplePictures(results, captions);
    await writeFile(join(folder, "report.html"), "earlier");
    await mkdir(join(folder, "grids", "10-clip-8-ddim.png", "in the way"), { recursive: true });
    await expect(writeSweepReport(folder, results, pictures, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    await writeFile(join(folder, "plots"), "a file where a folder is needed");
    await expect(writeSweepReport(folder, results, pictures)).rejects.toThrow(ReportFileError);
    expect(await readFile(join(folder, "report.html"), "utf8")).toBe("earlier");
    expect((await filesOf(folder)).map(({ name }) => name).sort()).toEqual(["plots", "report.html"]);
  });
});
