import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { demoBrowser, openDemo, setSlider } from "./__fixtures__/demo-browser.ts";
import { demoSite } from "./__fixtures__/demo-site.ts";
import { sharedDemo } from "./__fixtures__/shared-demo.ts";

const demo = sharedDemo();
let withWebGpu: Browser;
beforeAll(async () => {
  withWebGpu = await demoBrowser({ webgpu: true });
});
afterAll(() => withWebGpu?.close());

describe("the Engine page", () => {
  it("says what was passed over where there is no WebGPU, measures, and writes a table to share", async () => {
    const { context, page, errors } = await openDemo(demo.browser, `${demo.site.url}#/engine`, { provider: "auto" });
    await page.getByRole("button", { name: "Load the model" }).click();
    await page.getByRole("row", { name: "Provider wasm" }).waitFor();
    await page.getByRole("row", { name: /Passed over webgpu: / }).waitFor();
    expect(await page.getByRole("row", { name: /Load time \d+ ms/ }).count()).toBe(1);
    await page.getByRole("button", { name: "Measure" }).click();
    const table = page.getByRole("textbox", { name: "Results, as Markdown" });
    await table.waitFor({ timeout: 60_000 });
    expect(await table.inputValue()).toMatch(/\| wasm \| default \| \d+ \| \d+ \| \d+ \| (\d+|not told) \|$/);
    expect(errors).toEqual([]);
    await context.close();
  });

  it("changes the provider: WebGPU where the browser has it, WebAssembly on one thread when that is chosen, and remembers it", async () => {
    const { context, page, errors } = await openDemo(withWebGpu, `${demo.site.url}#/engine`, { provider: "webgpu" });
    await page.getByRole("button", { name: "Load the model" }).click();
    await page.getByRole("row", { name: "Provider webgpu" }).waitFor({ timeout: 60_000 });
    await page.getByText("WebAssembly (processor)").click();
    await page.getByRole("radiogroup", { name: "Threads of WebAssembly" }).getByText("1", { exact: true }).click();
    await page.getByRole("button", { name: "Load the model" }).click();
    await page.getByRole("row", { name: "Provider wasm" }).waitFor();
    await page.reload();
    expect(await page.getByRole("radio", { name: "WebAssembly (processor)" }).isChecked()).toBe(true);
    await page.getByRole("button", { name: "Load the model" }).click();
    await page.getByRole("row", { name: "Provider wasm" }).waitFor();
    await page.getByRole("button", { name: "Free its memory" }).click();
    await page.getByRole("row", { name: "Model not loaded" }).waitFor();
    await expect.poll(() => page.workers().length, { timeout: 10_000 }).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  }, 120_000);
});

describe("a host that cannot send the headers of isolation", () => {
  it("works on one thread with a warning at the first visit, and isolated by the service worker from the second on", async () => {
    const plain = await demoSite(inject("builtDemo"), { isolated: false });
    const { context, page } = await openDemo(demo.browser, plain.url, { provider: "wasm" });
    const warnings: string[] = [];
    page.on("console", (message) => void warnings.push(message.text()));
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await setSlider(page, "Steps", 2);
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("slider", { name: "The way there" }).waitFor();
    expect(warnings.join()).toContain("runs on one thread");
    await page.reload();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await context.close();
    await plain.close();
  }, 90_000);
});
