import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The demo, built as it is published. */
export interface BuiltDemo {
  /** The folder that it lies in. */
  readonly files: string;
  remove(): Promise<void>;
}

export async function buildDemo(): Promise<BuiltDemo> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const files = await mkdtemp(join(tmpdir(), "glissade-demo-"));
  // In a process of its own: this one may be a test run's, in which React is built for development.
  const vite = join(createRequire(import.meta.url).resolve("vite/package.json"), "../bin/vite.js");
  await promisify(execFile)(process.execPath, [vite, "build", root, "--outDir", files, "--emptyOutDir"], { env: { ...process.env, NODE_ENV: "production" } });
  return { files, remove: () => rm(files, { recursive: true, force: true }) };
}
