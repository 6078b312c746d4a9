import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { openDemo, setSlider } from "./__fixtures__/demo-browser.ts";
import { sharedDemo } from "./__fixtures__/shared-demo.ts";

const demo = sharedDemo();

const wasm = { provider: "wasm", threads: 1 } as const;

/** Two steps, one image. */
async function create(page: Page): Promise<void> {
  await setSlider(page, "Images", 1);
  await setSlider(page, "Steps", 2);
  await page.getByRole("button", { name: "Create", exact: true }).click();
}

const finished = (page: Page) => page.getByRole("slider", { name: "The way there" }).waitFor();

describe("the demo", () => {
  it("works offline after the first load, with the model from its cache", async () => {
    const { context, page, errors } = await openDemo(demo.browser, demo.site.url, wasm);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload(); // now the service worker sees what the page consists of
    await create(page);
    await finished(page);
    await context.setOffline(true);
    await page.reload();
    await create(page);
    await finished(page);
    expect(errors).toEqual([]);
    await context.close();
  }, 90_000);

  it("says that it is offline in the middle of a load, and goes on where it stopped", async () => {
    const { context, page } = await openDemo(demo.browser, demo.site.url, wasm);
    demo.site.cutModelFiles = true;
    demo.site.takeRequests();
    const seen: string[] = [];
    await create(page);
    await expect
      .poll(
        () =>
          seen.push(...demo.site.takeRequests()) > 0 &&
          seen.some((name) => name.endsWith(".safetensors")),
        { interval: 5 },
      )
      .toBe(true);
    await context.setOffline(true);
    await page.getByText("The model could not be loaded").waitFor({ timeout: 60_000 });
    demo.site.cutModelFiles = false;
    await context.setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await finished(page);
    expect(demo.site.takeRequests().some((name) => / from \d+$/.test(name))).toBe(true);
    await context.close();
  }, 120_000);

  it("notices a worker that was killed, and begins anew with the next press", async () => {
    const { context, page } = await openDemo(demo.browser, "about:blank", wasm);
    await context.addInitScript(() => {
      const workers: Worker[] = [];
      const Original = Worker;
      Object.assign(globalThis, {
        workers,
        Worker: class extends Original {
          constructor(...given: ConstructorParameters<typeof Worker>) {
            super(...given);
            workers.push(this);
          }
        },
      });
    });
    await page.goto(demo.site.url);
    await setSlider(page, "Images", 1);
    await setSlider(page, "Steps", 50);
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page
      .getByRole("img", { name: /not finished/ })
      .first()
      .waitFor();
    await page.evaluate(() =>
      (Reflect.get(globalThis, "workers") as Worker[]).forEach((worker) => void worker.terminate()),
    );
    await page.getByText(/The worker that runs the model is gone/).waitFor();
    await create(page);
    await finished(page);
    await context.close();
  }, 90_000);

  it("finishes in a tab that is not looked at, and leaves no worker behind when the page is left for another", async () => {
    const { context, page } = await openDemo(demo.browser, demo.site.url, wasm);
    await create(page);
    const other = await context.newPage();
    await other.bringToFront();
    await finished(page);
    expect(page.workers()).toHaveLength(1);
    await page.evaluate(() => {
      location.hash = "#/nowhere";
    });
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await expect.poll(() => page.workers().length, { timeout: 15_000 }).toBe(0);
    await context.close();
  }, 60_000);
});
