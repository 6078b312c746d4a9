import type { Worker } from "node:worker_threads";

/**
 * What `new Worker(...)` takes to run a file of this package: `built` is where package.json's
 * imports say the build put it, `source` the TypeScript file. In the sources tsx has to be
 * registered by a line of script: its `--import tsx` does nothing in a worker of Node 20, and test
 * runners pass no loader on to workers.
 */
export function workerEntry(built: string, source: URL): ConstructorParameters<typeof Worker> {
  if (!import.meta.url.endsWith(".ts")) return [new URL(import.meta.resolve(built))];
  const entry = `import(${JSON.stringify(source.href)})`;
  const script = `import("tsx/esm/api").then(({ register }) => { register(); return ${entry}; })`;
  return [script, { eval: true, execArgv: ["--conditions=glissade-source"] }];
}
