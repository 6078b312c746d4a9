import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { BrowserCommand } from "vitest/node";

/**
 * Runs one of the repository's scripts in Node and gives what it prints as JSON: what the same code
 * computes outside the browser.
 */
export const inNode: BrowserCommand<[script: string]> = async (_context, script) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=glissade-source", "--import", "tsx", script],
    {
      cwd: import.meta.dirname,
      maxBuffer: 2 ** 28,
    },
  );
  return JSON.parse(stdout) as unknown;
};

declare module "vitest/browser" {
  interface BrowserCommands {
    inNode(script: string): Promise<unknown>;
  }
}
