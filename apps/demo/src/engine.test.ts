import { readFile } from "node:fs/promises";
import { decodeImageRecord, decodePng } from "@glissade/core";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { demoBrowser, openDemo, pixelsOf, setSlider } from "./__fixtures__/demo-browser.ts";
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
    const { context, page, errors } = await openDemo(demo.browser, `${demo.site.url}#/engine`, {
      provider: "auto",
    });
    await page.getByRole("button", { name: "Load the model" }).click();
    await page.getByRole("row", { name: "Provider wasm" }).waitFor();
    await page.getByRole("row", { name: /Passed over webgpu: / }).waitFor();
    expect(await page.getByRole("row", { name: /Load time \d+ ms/ }).count()).toBe(1);
    await page.getByRole("button", { name: "Measure" }).click();
    const table = page.getByRole("textbox", { name: "Results, as Markdown" });
    await table.waitFor({ timeout: 60_000 });
    expect(await table.inputValue()).toMatch(
      /\| onnx \| wasm \| default \| \d+ \| \d+ \| \d+ \| (\d+|not told) \|$/,
    );
    expect(errors).toEqual([]);
    await context.close();
  });

  it("changes the provider: WebGPU where the browser has it, WebAssembly on one thread when that is chosen, and remembers it", async () => {
    const { context, page, errors } = await openDemo(withWebGpu, `${demo.site.url}#/engine`, {
      provider: "webgpu",
    });
    await page.getByRole("button", { name: "Load the model" }).click();
    await page.getByRole("row", { name: "Provider webgpu" }).waitFor({ timeout: 60_000 });
    await page.getByText("WebAssembly (processor)").click();
    await page
      .getByRole("radiogroup", { name: "Threads of WebAssembly" })
      .getByText("1", { exact: true })
      .click();
    await page.getByRole("button", { name: "Load the model" }).click();
    await page.getByRole("row", { name: "Provider wasm" }).waitFor();
    await page.reload();
    expect(await page.getByRole("radio", { name: "WebAssembly (processor)" }).isChecked()).toBe(
      true,
    );
    await page.getByRole("button", { name: "Load the model" }).click();
    await page.getByRole("row", { name: "Provider wasm" }).waitFor();
    await page.getByRole("button", { name: "Free its memory" }).click();
    await page.getByRole("row", { name: "Model not loaded" }).waitFor();
    await expect.poll(() => page.workers().length, { timeout: 10_000 }).toBe(0);
    expect(errors).toEqual([]);
    await context.close();
  }, 120_000);
});

describe("TensorFlow.js", () => {
  it("makes the image that ONNX Runtime makes, and is named in its file; only the code of the one that was chosen is fetched", async () => {
    const { context, page, errors } = await openDemo(demo.browser, `${demo.site.url}#/engine`, {
      provider: "wasm",
    }); // as stored before there was a choice
    await page.getByText("TensorFlow.js", { exact: true }).click();
    const providers = page.getByRole("radiogroup", { name: "Provider" });
    expect(await providers.getByRole("radio").count()).toBe(5);
    expect(
      await providers.getByRole("radio", { name: "WebAssembly (processor)" }).isChecked(),
    ).toBe(true);
    expect(
      await page
        .getByRole("radiogroup", { name: "Threads of WebAssembly" })
        .getByRole("radio")
        .first()
        .isDisabled(),
    ).toBe(true);
    demo.site.takeRequests();
    await load(page, "tfjs", "wasm");
    const fetched = demo.site.takeRequests();
    expect(fetched.filter((name) => name.endsWith(".wasm"))).toEqual([
      expect.stringContaining("tfjs-backend-wasm-simd"),
    ]);
    const [image, record] = await imageAndRecord(page);
    expect(record).toMatchObject({ backend: "tfjs", provider: "wasm" });

    await page.getByRole("link", { name: "Engine" }).click();
    await page.getByText("ONNX Runtime", { exact: true }).click();
    expect(await providers.getByRole("radio").count()).toBe(3);
    demo.site.takeRequests();
    await load(page, "onnx", "wasm");
    expect(demo.site.takeRequests().filter((name) => /tfjs|tensorflow/.test(name))).toEqual([]);
    const [expected, expectedRecord] = await imageAndRecord(page);
    expect(expectedRecord).toMatchObject({ backend: "onnx", provider: "wasm" });
    expect(peakSignalToNoise(image, expected)).toBeGreaterThan(40);
    expect(errors).toEqual([]);
    await context.close();
  }, 120_000);

  it("opens WebGL in the worker, is measured like any other, and works without a network from the second visit on", async () => {
    const { context, page, errors } = await openDemo(demo.browser, `${demo.site.url}#/engine`, {
      backend: "tfjs",
      provider: "webgl",
    });
    await load(page, "tfjs", "webgl");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload(); // now the service worker sees what the page consists of
    await page.getByText("WebAssembly (processor)").click();
    await load(page, "tfjs", "wasm");
    await page.getByRole("button", { name: "Measure" }).click();
    const table = page.getByRole("textbox", { name: "Results, as Markdown" });
    await table.waitFor({ timeout: 60_000 });
    expect(await table.inputValue()).toMatch(
      /\| tfjs \| wasm \| default \| \d+ \| \d+ \| \d+ \| (\d+|not told) \|$/,
    );
    await context.setOffline(true);
    await page.reload();
    await load(page, "tfjs", "wasm");
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

/** Loads the model on the Engine page, and sees what was opened. */
async function load(page: Page, backend: string, provider: string): Promise<void> {
  await page.getByRole("button", { name: "Load the model" }).click();
  await page.getByRole("row", { name: `Backend ${backend}` }).waitFor({ timeout: 60_000 });
  await page.getByRole("row", { name: `Provider ${provider}` }).waitFor();
}

/** Makes an image in two steps on the Create page: its pixels, and the record in its file. */
async function imageAndRecord(
  page: Page,
): Promise<readonly [pixels: readonly number[], record: unknown]> {
  await page.getByRole("link", { name: "Create" }).click();
  await page.getByRole("textbox", { name: "Prompt" }).fill("red apple");
  await page.getByRole("textbox", { name: "Seed" }).fill("7");
  await page.getByRole("textbox", { name: "Seed" }).blur();
  await setSlider(page, "Images", 1);
  await setSlider(page, "Steps", 2);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("slider", { name: "The way there" }).waitFor({ timeout: 60_000 });
  const pixels = await pixelsOf(page, "red apple, seed 7");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /^Download the image/ }).click(),
  ]);
  return [
    pixels,
    decodeImageRecord(decodePng(await readFile(await download.path())).text, "the download"),
  ];
}

/** Of red, green and blue, in dB. */
function peakSignalToNoise(pixels: readonly number[], expected: readonly number[]): number {
  const squares = pixels
    .map((value, i) => (value - (expected[i] ?? Number.NaN)) ** 2)
    .filter((_, i) => i % 4 !== 3);
  return (
    10 * Math.log10(255 ** 2 / (squares.reduce((sum, square) => sum + square, 0) / squares.length))
  );
}
