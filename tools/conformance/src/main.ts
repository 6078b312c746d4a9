import { relative } from "node:path";
import { type Backend, GlissadeError, UnknownNameError } from "@glissade/core";
import { openBackend as openNamed } from "@glissade-tools/backends";
import { type Arguments, help, parseArguments, UsageError } from "./arguments.ts";
import { NotSupported } from "./case.ts";
import { FileChecker, findManifests, readManifest } from "./manifest.ts";
import { type CaseResult, messageOf, type RunContext, runCase } from "./run-case.ts";
import { loadSet, setOf } from "./sets.ts";

const exitCodes = { passed: 0, failed: 1, usage: 2 } as const;

async function main(): Promise<number> {
  const args = parseArguments(process.argv.slice(2));
  if (!args) {
    process.stdout.write(help);
    return exitCodes.passed;
  }
  const folders = await findManifests(args.directory).catch((cause: unknown) => {
    throw new UsageError(`The folder ${args.directory} cannot be read.`, { cause });
  });
  if (folders.length === 0)
    throw new UsageError(`There is no manifest.json under ${args.directory}.`);
  const { backend, dispose } = await openBackend(args);
  try {
    return await runAll(folders, args, { files: new FileChecker(), backend });
  } finally {
    await dispose();
  }
}

async function runAll(
  folders: readonly string[],
  args: Arguments,
  context: RunContext,
): Promise<number> {
  let passed = 0;
  let failed = 0;
  const report = (name: string, result: CaseResult) => {
    if (result.failure === undefined) passed++;
    else failed++;
    console.log(reportLine(name, result));
  };
  for (const folder of folders) await runFolder(folder, args, context, report);
  console.log(`${passed} passed, ${failed} failed`);
  if (passed + failed === 0)
    throw new UsageError(
      `No case was run: there is none of --only ${[...(args.only ?? [])].join(",")} under ${args.directory}.`,
    );
  return failed === 0 ? exitCodes.passed : exitCodes.failed;
}

async function runFolder(
  folder: string,
  args: Arguments,
  context: RunContext,
  report: (name: string, result: CaseResult) => void,
): Promise<void> {
  const manifest = await readManifest(folder).catch(
    (error: unknown) => `it cannot be read: ${messageOf(error)}`,
  );
  const title =
    (typeof manifest === "string" ? undefined : manifest.set) ??
    (relative(args.directory, folder) || folder);
  const set = setOf(
    typeof manifest === "string" ? { set: undefined, directory: folder } : manifest,
  );
  if (args.only && !(set && args.only.has(set))) return;
  if (typeof manifest === "string") return report(`${title}/manifest.json`, failedWith(manifest));
  const loading = loadSet(set ?? title);
  for (const golden of manifest.cases) {
    const result = await loading.then(
      (run) => runCase(run, manifest, golden, context),
      (error: unknown) => failedWith(messageOf(error)),
    );
    report(`${title}/${golden.name}`, result);
  }
}

function failedWith(failure: string): CaseResult {
  return { maxAbsoluteError: undefined, maxRelativeError: undefined, failure };
}

function reportLine(
  name: string,
  { maxAbsoluteError, maxRelativeError, failure }: CaseResult,
): string {
  const number = (value: number | undefined) =>
    (value === undefined ? "-" : value.toExponential(2)).padEnd(9);
  const line = `${failure === undefined ? "pass" : "FAIL"}  ${name.padEnd(62)}  ${number(maxAbsoluteError)}  ${number(maxRelativeError)}`;
  return failure === undefined ? line.trimEnd() : `${line}  (${failure.replaceAll("\n", " ")})`;
}

/**
 * The backend under test. Where it cannot be loaded, the cases that need it fail with the reason,
 * and the others run.
 *
 * @throws UnknownNameError for a provider that the backend does not know.
 */
async function openBackend({
  backend: name,
  provider,
}: Arguments): Promise<{ backend: () => Backend; dispose: () => Promise<void> }> {
  const opened = await openNamed(name, provider).catch((error: unknown) => {
    if (UnknownNameError.isInstance(error)) throw error;
    return messageOf(error);
  });
  if (typeof opened !== "string") return { backend: () => opened, dispose: () => opened.dispose() };
  const unavailable = (): never => {
    throw new NotSupported(`the backend cannot be loaded: ${opened}`);
  };
  return { backend: unavailable, dispose: async () => {} };
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(
      GlissadeError.isInstance(error)
        ? `${error.message}\nSee npm run conformance -- --help.`
        : error,
    );
    process.exitCode = GlissadeError.isInstance(error) ? exitCodes.usage : exitCodes.failed;
  },
);
