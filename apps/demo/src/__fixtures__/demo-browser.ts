import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright";
import type { EngineSettings } from "../engine/backends.ts";

/** Headless Chromium, with WebGPU on a software adapter or as it comes, without. */
export function demoBrowser({ webgpu = false }: { webgpu?: boolean } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.GLISSADE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--enable-blink-features=ForceEagerMeasureMemory", ...(webgpu ? ["--enable-unsafe-webgpu"] : [])],
  });
}

export interface OpenedDemo {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong on the page without being caught. */
  readonly errors: readonly string[];
}

/** The demo as a new visitor sees it. */
export async function openDemo(
  browser: Browser,
  url: string,
  settings: Partial<EngineSettings> = {},
  options: BrowserContextOptions = {},
): Promise<OpenedDemo> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, acceptDownloads: true, ...options });
  await context.addInitScript((engine) => {
    if (!localStorage.getItem("glissade-demo-engine")) localStorage.setItem("glissade-demo-engine", engine);
  }, JSON.stringify(settings));
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(url);
  return { context, page, errors };
}

/** Sets a slider by its label, with keys. */
export async function setSlider(page: Page, label: string, value: number): Promise<void> {
  const slider = page.getByRole("slider", { name: label, exact: true });
  await slider.fill(String(value));
}

/** The pixels of the canvas with this label, RGBA. */
export function pixelsOf(page: Page, label: string | RegExp): Promise<number[]> {
  return page
    .getByRole("img", { name: label })
    .first()
    .evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [])]);
}
