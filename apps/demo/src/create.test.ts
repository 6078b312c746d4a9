import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { onnx } from "@glissade/backend-onnx";
import { decodeImageRecord, decodePng, loadGlide } from "@glissade/core";
import { emoji } from "@glissade/model-emoji";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { openDemo, pixelsOf, setSlider } from "./__fixtures__/demo-browser.ts";
import { sharedDemo } from "./__fixtures__/shared-demo.ts";

const demo = sharedDemo();

const wasm = { provider: "wasm", threads: 1 } as const;

describe("the Create page", () => {
  it("takes less than 200 kB of JavaScript, compressed, before a model is asked for", async () => {
    const { context, page } = await openDemo(demo.browser, "about:blank");
    const sizes: Promise<number>[] = [];
    page.on("response", (response) => {
      if (new URL(response.url()).pathname.endsWith(".js"))
        sizes.push(response.body().then((body) => gzipSync(body).length));
    });
    await page.goto(demo.site.url);
    await page.getByRole("button", { name: "Create" }).waitFor();
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(50_000);
    expect(total).toBeLessThan(200_000);
    expect(demo.site.takeRequests().filter((name) => /safetensors|wasm$/.test(name))).toEqual([]);
    await context.close();
  });

  it("makes the image that Node makes, with previews on the way, without holding up the page, and gives its settings back", async () => {
    const { context, page, errors } = await openDemo(demo.browser, demo.site.url, wasm);
    await page.evaluate(() => {
      const long: number[] = [];
      Object.assign(globalThis, { long });
      new PerformanceObserver((list) =>
        long.push(...list.getEntries().map(({ duration }) => duration)),
      ).observe({ type: "longtask" });
    });
    await page.getByRole("textbox", { name: "Prompt" }).fill("panda face");
    await page
      .getByRole("button", { name: "flat emoji" })
      .or(page.getByRole("radio", { name: "flat emoji" }))
      .click();
    await page.getByRole("textbox", { name: "Seed" }).fill("11");
    await page.getByRole("textbox", { name: "Seed" }).blur();
    await setSlider(page, "Images", 1);
    await setSlider(page, "Steps", 8);
    // Other work on the machine makes tasks longer than they are: one undisturbed run of eight
    // shows it.
    const longest: number[] = [];
    while (longest.length < 8 && longest.every((task) => task > 50))
      longest.push(await longestTaskOfRun(page));
    expect(Math.min(...longest)).toBeLessThanOrEqual(50);

    const backend = onnx();
    const glide = await loadGlide(emoji, { backend });
    const { images } = await glide.generate({
      prompt: "panda face, flat emoji",
      seed: 11,
      steps: 8,
      guidance: 5,
    });
    await glide.dispose();
    await backend.dispose();
    const shown = await pixelsOf(page, "panda face, flat emoji, seed 11");
    const squares = shown
      .filter((_, i) => i % 4 !== 3)
      .map((value, i) => (value - (images[0]?.data[i] ?? Number.NaN)) ** 2);
    expect(squares).toHaveLength(3 * 128 * 128);
    const peakSignalToNoise =
      10 *
      Math.log10(255 ** 2 / (squares.reduce((sum, square) => sum + square, 0) / squares.length));
    expect(peakSignalToNoise).toBeGreaterThan(40);

    await page.getByRole("slider", { name: "The way there" }).fill("1");
    expect(await pixelsOf(page, "panda face, flat emoji, seed 11")).not.toEqual(shown);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: /^Download the image/ }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("panda-face-flat-emoji-11.png");
    const path = await download.path();
    const { settings, seed } = decodeImageRecord(
      decodePng(await readFile(path)).text,
      "the download",
    );
    expect([settings, seed]).toMatchObject([{ prompt: "panda face, flat emoji", steps: 8 }, 11]);

    await page.getByRole("textbox", { name: "Prompt" }).fill("something else");
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "a.png", mimeType: "image/png", buffer: await readFile(path) });
    await page.getByText("These are the image's settings").waitFor();
    expect(await page.getByRole("textbox", { name: "Prompt" }).inputValue()).toBe(
      "panda face, flat emoji",
    );
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "b.png", mimeType: "image/png", buffer: Buffer.from("no image") });
    await page.getByText(/PNG/).first().waitFor();

    await page.getByRole("button", { name: "Share link" }).click();
    const shared = await openDemo(demo.browser, page.url(), wasm);
    expect(await shared.page.getByRole("textbox", { name: "Prompt" }).inputValue()).toBe(
      "panda face, flat emoji",
    );
    expect(await shared.page.getByRole("textbox", { name: "Seed" }).inputValue()).toBe("11");
    await shared.context.close();

    await page.reload();
    await page.getByRole("heading", { name: "Made here" }).waitFor();
    expect(
      await page.getByRole("img", { name: "panda face, flat emoji, seed 11" }).count(),
    ).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await context.close();
  }, 120_000);

  it("stops when it is told to and goes on, whatever the prompt's script and length", async () => {
    const { context, page, errors } = await openDemo(demo.browser, demo.site.url, wasm);
    const prompt = page.getByRole("textbox", { name: "Prompt" });
    await setSlider(page, "Images", 1);
    await setSlider(page, "Steps", 50);
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("button", { name: "Stop" }).click({ timeout: 30_000 });
    await page.getByText("Stopped.").waitFor();
    await setSlider(page, "Steps", 2);
    for (const text of ["빨간 사과", "تفاحة حمراء", "a red apple ".repeat(834)]) {
      await prompt.fill(text);
      await page.getByRole("button", { name: "Create", exact: true }).click();
      await page
        .getByRole("img", { name: `${text.trim().slice(0, 12)}` })
        .first()
        .waitFor();
    }
    await page
      .getByText(/does not see its end/)
      .first()
      .waitFor(); // what the network did not read is said
    expect(errors).toEqual([]);
    await context.close();
  }, 120_000);
});

/**
 * Makes images, and gives the longest task of the page's own thread from the first preview to the
 * end, in milliseconds; 0 where none was longer than 50.
 */
async function longestTaskOfRun(page: Page): Promise<number> {
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page
    .getByRole("img", { name: /not finished/ })
    .first()
    .waitFor();
  // what loading took
  await page.evaluate(() => (Reflect.get(globalThis, "long") as number[]).splice(0));
  await page.getByRole("slider", { name: "The way there" }).waitFor();
  return Math.max(0, ...(await page.evaluate(() => Reflect.get(globalThis, "long") as number[])));
}
