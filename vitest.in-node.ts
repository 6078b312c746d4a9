import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { BrowserCommand } from "vitest/node";

/** By script: what one browser file asked for, the next one finds here. */
const answers = new Map<string, Promise<unknown>>();

/**
 * Runs one of the repository's scripts in Node and gives what it prints as JSON: what the same code
 * computes outside the browser. Each script runs once in a run of the tests.
 */
export const inNode: BrowserCommand<[script: string]> = (_context, script) => {
  const answer = answers.get(script) ?? runInNode(script);
  answers.set(script, answer);
  return answer;
};

async function runInNode(script: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=glissade-source", "--import", "tsx", script],
    {
      cwd: import.meta.dirname,
      maxBuffer: 2 ** 28,
    },
  );
  return JSON.parse(stdout) as unknown;
}

declare module "vitest/browser" {
  interface BrowserCommands {
    inNode(script: string): Promise<unknown>;
  }
}
