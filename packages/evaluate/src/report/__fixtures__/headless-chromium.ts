import { type Browser, chromium } from "playwright";

/** A real browser, to judge what the report's files are. */
export function headlessChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.GLISSADE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
}
