import { existsSync } from "node:fs";
import { runCommand } from "../run-command.ts";
import { type Step, verdict } from "../step.ts";

/** Where the tests look for it; see vitest.config.ts. */
const executable = process.env.GLISSADE_CHROMIUM ?? "/usr/bin/chromium";

/** The browser that the tests run in: Debian's, installed where it is missing and may be. */
export const chromium: Step = {
  name: "chromium",
  async run() {
    if (existsSync(executable)) return verdict([], executable);
    if (
      process.platform !== "linux" ||
      process.getuid?.() !== 0 ||
      !existsSync("/usr/bin/apt-get")
    ) {
      return verdict([
        `There is no ${executable}: install Chromium, or name another with GLISSADE_CHROMIUM=/path/to/chromium.`,
      ]);
    }
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    const updated = await runCommand("apt-get", ["update", "-qq"], { env });
    const installed = await runCommand(
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
      { env },
    );
    return existsSync(executable)
      ? verdict([], "installed")
      : verdict([updated.output, installed.output]);
  },
};
