import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchChromium } from "../__fixtures__/launch-chromium.ts";
import { exited, startProgram } from "./__fixtures__/child-process.ts";
import { makeContest, temporaryFolder } from "./__fixtures__/contest-images.ts";
import { type ArenaServerOptions, type RunningArena, startArena } from "./arena-server.ts";
import { openArenaStore, type StoredVote } from "./arena-store.ts";

const serveArena = new URL("./__fixtures__/serve-arena.ts", import.meta.url);
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningArena[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await Promise.all(running.map((arena) => arena.close()));
  running = [];
  await folder.remove();
});

const database = () => join(folder.path, "votes.sqlite");

async function start(options: Partial<ArenaServerOptions> = {}): Promise<RunningArena> {
  const contestants = options.contestants ?? (await makeContest(folder.path, { images: 6 }));
  const arena = await startArena({ database: database(), ...options, contestants });
  running.push(arena);
  return arena;
}

async function votes(): Promise<readonly StoredVote[]> {
  const store = await openArenaStore(database());
  const all = store.votes();
  store.dispose();
  return all;
}

interface Opened {
  readonly page: Page;
  /** What went wrong on the page, the policy's refusals among it. */
  readonly errors: string[];
}

async function open(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors };
}

/** Until so many votes are counted, and the next pair has stood long enough to be judged. */
async function judged(page: Page, count: number): Promise<void> {
  await page.locator("#count", { hasText: new RegExp(`^${count} of `) }).waitFor();
  await page.waitForFunction(() => !document.querySelector<HTMLElement>("#contest")?.hidden);
  await page.waitForTimeout(300);
}

/** The tokens of the images that are shown. */
const shown = (page: Page) =>
  page
    .locator(".image img")
    .evaluateAll((images) => images.map((image) => image.getAttribute("src") ?? ""));

/** Where screenshots go, for who wants to look at the page. */
async function keepScreenshot(page: Page, name: string): Promise<void> {
  const place = process.env.GLISSADE_SCREENSHOTS;
  if (place === undefined) return;
  await mkdir(place, { recursive: true });
  await page.screenshot({ path: join(place, `${name}.png`), fullPage: true });
}

/** Moves one finger: Playwright itself only taps. */
async function swipe(
  page: Page,
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const point = ([x, y]: readonly [number, number]) => [{ x, y }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: point(from) });
  for (const share of [0.25, 0.5, 0.75, 1]) {
    const x = from[0] + share * (to[0] - from[0]);
    const y = from[1] + share * (to[1] - from[1]);
    await session.send("Input.dispatchTouchEvent", {
      type: "touchMove",
      touchPoints: point([x, y]),
    });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await session.detach();
}

async function centre(page: Page, selector: string): Promise<[number, number]> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not shown`);
  return [box.x + box.width / 2, box.y + box.height / 2];
}

describe("the page of votes", () => {
  it("takes votes by keys: arrows for the sides, arrow down and space for a tie", async () => {
    const arena = await start();
    const { page, errors } = await open(arena.url);
    await judged(page, 0);
    await keepScreenshot(page, "desktop");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(
      "Which image is more photorealistic?",
    );
    const pairs: string[][] = [];
    for (const [index, key] of ["ArrowLeft", "ArrowRight", "ArrowDown", "Space"].entries()) {
      pairs.push(await shown(page));
      await page.keyboard.press(key);
      await judged(page, index + 1);
    }
    expect((await votes()).map(({ outcome }) => outcome)).toEqual(["left", "right", "tie", "tie"]);
    expect(new Set(pairs.map((pair) => [...pair].sort().join())).size).toBe(4);
    expect(errors).toEqual([]);
  });

  it("takes votes by the mouse, on buttons and images, and the space bar is a tie again after it", async () => {
    const arena = await start();
    const { page } = await open(arena.url);
    await judged(page, 0);
    await page.getByRole("button", { name: "Right", exact: true }).click();
    await judged(page, 1);
    await page.getByRole("button", { name: "The left image is better" }).click();
    await judged(page, 2);
    await page.keyboard.press("Space");
    await judged(page, 3);
    await page.getByRole("button", { name: "Tie" }).click();
    await judged(page, 4);
    expect((await votes()).map(({ outcome }) => outcome)).toEqual(["right", "left", "tie", "tie"]);
  });

  it("can be worked with the tab key alone, with a visible focus", async () => {
    const arena = await start();
    const { page } = await open(arena.url);
    await judged(page, 0);
    const order: string[] = [];
    for (let k = 0; k < 7; k++) {
      await page.keyboard.press("Tab");
      order.push(await page.evaluate(() => document.activeElement?.id ?? ""));
      if (order.at(-1) === "right") {
        expect(
          await page.locator("#right").evaluate((button) => getComputedStyle(button).outlineStyle),
        ).toBe("solid");
        await page.keyboard.press("Space");
        await judged(page, 1);
      }
    }
    expect(order).toEqual(["left-image", "right-image", "left", "tie", "right", "undo", "name"]);
    expect((await votes()).map(({ outcome }) => outcome)).toEqual(["right"]);
  });

  it("does not count a double click or a held key as two votes", async () => {
    const arena = await start();
    const { page } = await open(arena.url);
    await judged(page, 0);
    await page.getByRole("button", { name: "Left", exact: true }).dblclick();
    await judged(page, 1);
    await page.keyboard.down("ArrowLeft");
    await judged(page, 2);
    await page.keyboard.down("ArrowLeft"); // repeats, as Playwright has it
    await page.waitForTimeout(400);
    await page.keyboard.up("ArrowLeft");
    expect(await votes()).toHaveLength(2);
  });

  it("takes the last votes back, one after the other, and shows their pairs again", async () => {
    const arena = await start();
    const { page } = await open(arena.url);
    await judged(page, 0);
    expect(await page.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true);
    const first = await shown(page);
    await page.keyboard.press("ArrowLeft");
    await judged(page, 1);
    const second = await shown(page);
    await page.keyboard.press("ArrowLeft");
    await judged(page, 2);
    await page.keyboard.press("Backspace");
    await judged(page, 1);
    expect(await shown(page)).toEqual(second);
    await page.getByRole("button", { name: "Undo" }).click();
    await judged(page, 0);
    expect(await shown(page)).toEqual(first);
    await page.keyboard.press("ArrowRight");
    await judged(page, 1);
    expect(await shown(page)).toEqual(second);
    const all = await votes();
    expect(all.map(({ outcome, undone }) => [outcome, undone !== null])).toEqual([
      ["left", true],
      ["left", true],
      ["right", false],
    ]);
  });

  it("takes the last vote back after the page was loaded anew", async () => {
    const arena = await start();
    const { page } = await open(arena.url);
    await judged(page, 0);
    const first = await shown(page);
    await page.keyboard.press("ArrowLeft");
    await judged(page, 1);
    await page.reload();
    await judged(page, 1);
    await page.keyboard.press("Backspace");
    await judged(page, 0);
    expect(await shown(page)).toEqual(first);
    expect((await votes()).map(({ undone }) => undone !== null)).toEqual([true]);
  });

  it("takes taps and swipes, on a narrow screen without sideways scrolling", async () => {
    const arena = await start();
    const { page } = await open(arena.url, {
      viewport: { width: 360, height: 640 },
      hasTouch: true,
      isMobile: true,
    });
    await judged(page, 0);
    await keepScreenshot(page, "narrow");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    for (const button of await page.getByRole("button").all()) {
      const box = await button.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    }
    for (const id of ["#left-image", "#right-image", "#left", "#tie", "#right"]) {
      const box = await page.locator(id).boundingBox();
      // nothing to scroll to for a vote
      expect((box?.y ?? 1000) + (box?.height ?? 0)).toBeLessThan(640);
    }
    await page.locator("#right-image").tap();
    await judged(page, 1);
    const [x, y] = await centre(page, "#right-image");
    await swipe(page, [x, y], [x - 100, y + 5]);
    await judged(page, 2);
    await swipe(page, [60, y], [180, y]);
    await judged(page, 3);
    await swipe(page, [x, y], [x + 10, y - 120]); // scrolls
    await page.waitForTimeout(400);
    await page.locator("#tie").tap();
    await judged(page, 4);
    expect((await votes()).map(({ outcome }) => outcome)).toEqual([
      "right",
      "left",
      "right",
      "tie",
    ]);
  });

  it("shows a caption with the question about it, and long ones without breaking a narrow page", async () => {
    const captions = [
      "a".repeat(300),
      "<img src=x onerror=alert(1)> & co",
      "a red apple",
      "a green apple",
      "a tree",
      "a boat",
    ];
    const contestants = await makeContest(folder.path, { images: 6, captions });
    const arena = await start({ contestants, questions: ["caption"] });
    const { page, errors } = await open(arena.url, {
      viewport: { width: 360, height: 640 },
      colorScheme: "dark",
    });
    const seen: string[] = [];
    for (let k = 0; k < 6; k++) {
      await judged(page, k);
      seen.push((await page.locator("#caption").textContent()) ?? "");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      if (k === 2) await keepScreenshot(page, "caption-dark");
      await page.keyboard.press("ArrowLeft");
    }
    expect([...seen].sort()).toEqual([...captions].sort());
    await page.getByRole("heading", { name: "You have judged every pair. Thank you." }).waitFor();
    await keepScreenshot(page, "done-dark");
    expect(await page.locator("#contest").isHidden()).toBe(true);
    await page.getByRole("button", { name: "Undo" }).click();
    await judged(page, 5);
    expect(errors).toEqual([]);
  });

  it("learns nothing about what competes: no name is in what is sent, shown or kept", async () => {
    const arena = await start();
    const traffic: string[] = [];
    const { page } = await open("about:blank");
    page.on("request", (request) =>
      traffic.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? ""),
    );
    const bodies: Promise<unknown>[] = [];
    page.on("response", (response) => {
      traffic.push(JSON.stringify(response.headers()));
      bodies.push(
        response.body().then(
          (body) => traffic.push(body.toString("latin1")),
          () => {}, // no body
        ),
      );
    });
    await page.goto(arena.url);
    for (let k = 0; k < 5; k++) {
      await judged(page, k);
      await page.keyboard.press("ArrowLeft");
    }
    await judged(page, 5);
    await Promise.all(bodies);
    traffic.push(
      await page.content(),
      await page.evaluate(() => JSON.stringify({ ...localStorage })),
    );
    expect(traffic.filter((text) => text.includes("/image/")).length).toBeGreaterThan(10);
    expect(traffic.join()).not.toMatch(/secret|alpha|beta|folder-|\.png|votes\.sqlite/);
  });

  it("draws small images with sharp edges, large ones smoothly", async () => {
    const small = await start();
    const { page } = await open(small.url);
    await judged(page, 0);
    const rendering = () =>
      page.locator("#left-image img").evaluate((image) => getComputedStyle(image).imageRendering);
    expect(await rendering()).toBe("pixelated");
    await small.close();
    const contestants = await makeContest(join(folder.path, "large"), { side: 400, images: 1 });
    const large = await start({ contestants });
    await page.goto(large.url);
    await judged(page, 0);
    expect(await rendering()).toBe("auto");
  });

  it("has the next pair before it is needed: no image is fetched for a vote", async () => {
    const arena = await start();
    const { page } = await open(arena.url);
    await judged(page, 0);
    await page.route("**/image/*", () => {}); // never answered from here on
    await page.keyboard.press("ArrowLeft");
    await judged(page, 1);
    expect(
      await page
        .locator("#left-image img")
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBe(32);
  });

  it("keeps votes while the server is gone, and sends them when it is back", async () => {
    const contestants = await makeContest(folder.path, { images: 6 });
    const first = await startProgram(
      serveArena,
      JSON.stringify({ contestants, database: database() }),
    );
    const port = Number(new URL(first.firstLine).port);
    const { page } = await open(first.firstLine);
    await judged(page, 0);
    await page.keyboard.press("ArrowLeft");
    await judged(page, 1);
    first.child.kill("SIGKILL");
    await exited(first.child);
    await page.keyboard.press("ArrowRight");
    await judged(page, 2);
    await page.keyboard.press("ArrowDown");
    await page
      .getByText(
        "The server does not answer. 2 votes wait here and will be sent as soon as that is possible.",
      )
      .waitFor();
    await keepScreenshot(page, "offline");
    expect(await votes()).toHaveLength(1);
    await start({ contestants, port });
    await page
      .getByText("The server does not answer")
      .waitFor({ state: "hidden", timeout: 20_000 });
    await judged(page, 3);
    expect((await votes()).map(({ outcome }) => outcome)).toEqual(["left", "right", "tie"]);
  });

  it("keeps votes while another arena runs at its address, and sends them when its own is back", async () => {
    const contestants = await makeContest(folder.path, { images: 6 });
    const own = await start({ contestants });
    const { page } = await open(own.url);
    await judged(page, 0);
    const port = Number(new URL(own.url).port);
    await own.close();
    const other = await start({ contestants, port, database: join(folder.path, "other.sqlite") });
    await page.keyboard.press("ArrowRight");
    await page.getByText("Another arena is running at this address. 1 vote waits here").waitFor();
    await other.close();
    await start({ contestants, port });
    await page.getByText("1 vote waits").waitFor({ state: "hidden", timeout: 20_000 });
    expect((await votes()).map(({ outcome }) => outcome)).toEqual(["right"]);
  });

  it("sends what a closed page has left", async () => {
    const arena = await start();
    const { page } = await open(arena.url);
    await judged(page, 0);
    await page.route("**/api/vote", (route) => route.abort());
    await page.keyboard.press("ArrowRight");
    await page.getByText("1 vote waits").waitFor();
    const context = page.context();
    await page.close();
    expect(await votes()).toHaveLength(0);
    const again = await context.newPage();
    await again.goto(arena.url);
    await judged(again, 1);
    expect((await votes()).map(({ outcome }) => outcome)).toEqual(["right"]);
  });

  it("counts a vote once whose answer was lost on the way", async () => {
    const arena = await start();
    const { page } = await open(arena.url);
    await judged(page, 0);
    let sent = 0;
    await page.route("**/api/vote", async (route) => {
      sent++;
      if (sent > 1) return route.continue();
      await route.fetch(); // it arrives
      return route.abort(); // and the page does not hear of it
    });
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(
      () => Object.keys(localStorage).every((key) => !key.includes("-out-")),
      undefined,
      { timeout: 10_000 },
    );
    expect(sent).toBe(2);
    expect(await votes()).toHaveLength(1);
    await judged(page, 1);
  });

  it("gives two raters each his own pairs, and keeps the name that one gives", async () => {
    const arena = await start();
    const [ada, ben] = [await open(arena.url), await open(arena.url)];
    await ada.page.getByRole("textbox", { name: "Your name (optional)" }).fill("Ada");
    for (const { page } of [ada, ben]) {
      await judged(page, 0);
      await page.locator("h1").click();
      await page.keyboard.press("ArrowLeft");
      await judged(page, 1);
    }
    const [first, second] = await votes();
    expect([first?.raterName, second?.raterName]).toEqual(["Ada", ""]);
    expect(first?.rater).not.toBe(second?.rater);
    await ada.page.reload();
    await judged(ada.page, 1);
    expect(await ada.page.getByRole("textbox").inputValue()).toBe("Ada");
  });
});

describe("the page of results", () => {
  it("shows nothing without the key, and with it scores, intervals and chances", async () => {
    const contestants = await makeContest(folder.path, {
      names: ["guidance 1", "guidance 3", "a name that is rather long and has many words"],
      images: 20,
    });
    const arena = await start({ contestants });
    await arena.close();
    const store = await openArenaStore(database());
    for (let k = 0; k < 240; k++) {
      const [left, right] = [contestants[k % 3]?.name ?? "", contestants[(k + 1) % 3]?.name ?? ""];
      const outcome = k % 11 === 0 ? "tie" : (k * 7) % 10 < 6 ? "right" : "left";
      store.recordVote({
        id: `${k}`,
        question: k % 4 === 0 ? "caption" : "photorealism",
        rater: `rater ${k % 5}`,
        raterName: "",
        image: "0001.png",
        left,
        right,
        outcome,
      });
    }
    store.dispose();
    const again = await start({ contestants });
    const { page, errors } = await open(new URL("results", again.url).href);
    await page.getByText("Results are hidden from raters.").waitFor();
    expect(await page.content()).not.toContain("guidance");
    await page.getByLabel("Key").fill("wrong");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("That is not the key.").waitFor();
    await page.getByLabel("Key").fill(new URL(again.resultsUrl).hash.slice(1));
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("heading", { name: "Which image is more photorealistic?" }).waitFor();
    await page.getByText("180 votes by 5 raters.").waitFor();
    await page.getByText("60 votes by 5 raters.").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("arena.csv");
    await page.goto(again.resultsUrl);
    await page.getByRole("heading", { name: "Which image matches the caption better?" }).waitFor();
    expect(await page.getByRole("heading", { level: 2 }).first().textContent()).toBe(
      "Which image is more photorealistic?",
    );
    const rows = await page
      .locator("section")
      .first()
      .getByRole("table")
      .first()
      .getByRole("row")
      .allTextContents();
    expect(rows).toHaveLength(4);
    await keepScreenshot(page, "results");
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.emulateMedia({ colorScheme: "dark" });
    await keepScreenshot(page, "results-narrow-dark");
    expect(errors).toEqual([]);
  });

  it("is open to all where results are shown, and says that there are none yet", async () => {
    const arena = await start({ showResults: true });
    const { page } = await open(new URL("results", arena.url).href);
    await page.getByText("There are no votes yet.").waitFor();
    expect(await page.locator("#locked").isHidden()).toBe(true);
  });
});
