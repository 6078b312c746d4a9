import type { Browser } from "playwright";
import { afterAll, beforeAll, inject } from "vitest";
import { demoBrowser } from "./demo-browser.ts";
import { type DemoSite, demoSite } from "./demo-site.ts";

/** The built site and a browser, for all tests of a file. */
export interface SharedDemo {
  readonly site: DemoSite;
  readonly browser: Browser;
}

/** Opened before the file's tests and closed after them; there is nothing in it before. */
export function sharedDemo(): SharedDemo {
  let opened: SharedDemo | undefined;
  const demo = () => {
    if (!opened) throw new Error("The demo is not open: it is for tests only, not for where they are described.");
    return opened;
  };
  beforeAll(async () => {
    const [site, browser] = await Promise.all([demoSite(inject("builtDemo")), demoBrowser()]);
    opened = { site, browser };
  });
  afterAll(async () => {
    await opened?.browser.close();
    await opened?.site.close();
  });
  return {
    get site() {
      return demo().site;
    },
    get browser() {
      return demo().browser;
    },
  };
}
