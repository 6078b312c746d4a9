import axe from "axe-core";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { openDemo, setSlider } from "./__fixtures__/demo-browser.ts";
import { drawByMouse } from "./__fixtures__/drawing-hand.ts";
import { sharedDemo } from "./__fixtures__/shared-demo.ts";

const demo = sharedDemo();

/** Each page's path, and what puts content on it. */
const pages: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  "/": async (page) => {
    await setSlider(page, "Steps", 2);
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("slider", { name: "The way there" }).waitFor();
    await page.getByRole("heading", { name: "Made here" }).waitFor();
  },
  "/guidance": async (page) => {
    await page.getByRole("button", { name: "Fill the grid" }).click();
    await page
      .getByRole("button", { name: /: show large$/ })
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText(/^Stopped\./).waitFor();
  },
  "/inpaint": async (page) => {
    await page.locator("input[type=file]").setInputFiles({
      name: "letter.png",
      mimeType: "image/png",
      buffer: Buffer.from("Dear reader"),
    });
    await page.getByRole("alert").waitFor();
    const image = await page.screenshot({ clip: { x: 0, y: 0, width: 128, height: 128 } });
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "image.png", mimeType: "image/png", buffer: image });
    await page.getByText("Nothing is masked yet.").waitFor();
    await drawByMouse(page, [
      [40, 40],
      [80, 60],
    ]);
  },
  "/sketch": async (page) => {
    await drawByMouse(page, [
      [40, 40],
      [80, 60],
    ]);
    await setSlider(page, "Images", 1);
    await setSlider(page, "Strength", 0.1);
    await page.getByRole("button", { name: "Make an image" }).click();
    await page.getByRole("button", { name: "Draw on it: Image 1" }).waitFor();
  },
  "/interpolate": async (page) => {
    await setSlider(page, "Frames", 3);
    await page.getByRole("button", { name: "Make the way" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
  },
  "/engine": async (page) => {
    await page.getByRole("button", { name: "Measure" }).click();
    await page.getByRole("textbox", { name: "Results, as Markdown" }).waitFor({ timeout: 30_000 });
  },
};

describe("every page", () => {
  it("can be used by people with disabilities as WCAG 2.1 AA has it, and fits a narrow screen: empty and filled, light and dark", async () => {
    const { context, page, errors } = await openDemo(
      demo.browser,
      demo.site.url,
      { provider: "wasm", threads: 1 },
      { reducedMotion: "reduce" },
    );
    const faults: string[] = [];
    for (const [path, fill] of Object.entries(pages)) {
      await page.evaluate((to) => {
        location.hash = `#${to}`;
      }, path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.locator(`nav a.active[href="#${path}"]`).waitFor();
      faults.push(...(await faultsOf(page, `${path}, empty`)));
      await fill(page);
      faults.push(...(await faultsOf(page, `${path}, filled`)));
    }
    expect(faults).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  }, 120_000);

  it("has dialogs of which the same holds", async () => {
    const { context, page } = await openDemo(demo.browser, `${demo.site.url}#/guidance`, {
      provider: "wasm",
      threads: 1,
    });
    await pages["/guidance"]?.(page);
    await page
      .getByRole("button", { name: /: show large$/ })
      .first()
      .click();
    await page.getByRole("dialog").waitFor();
    expect(await faultsOf(page, "a cell of the grid, large")).toEqual([]);
    await context.close();
  });

  it("is looked at by rules that find faults", async () => {
    const { context, page } = await openDemo(demo.browser, demo.site.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.evaluate(() => {
      const faulty = document.createElement("div");
      faulty.innerHTML =
        '<img src="./icon.svg"><p style="width: 2000px; color: #ccc; background: #fff">pale</p>';
      document.querySelector("main")?.append(faulty);
    });
    const faults = (await faultsOf(page, "faulty")).join("\n");
    for (const fault of ["image-alt", "color-contrast", "sideways"])
      expect(faults).toContain(fault);
    await context.close();
  });
});

/** What axe finds in both colour schemes, and whether a narrow screen scrolls sideways. */
async function faultsOf(page: Page, where: string): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    faults.push(...(await violations(page)).map((fault) => `${where}, ${colorScheme}: ${fault}`));
  }
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 800 });
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (excess > 0) faults.push(`${where}: scrolls ${excess} pixels sideways`);
  if (size) await page.setViewportSize(size);
  return faults;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { run } = Reflect.get(globalThis, "axe") as typeof axe; // defined by the source above
    const results = await run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
      resultTypes: ["violations"],
    });
    return results.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`),
    }));
  });
  return found.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.join("; ")}`);
}
