import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { companionsOf, programsIn } from "../readme-examples.ts";
import { type CommandResult, plainEnvironment, runCommand, runTool } from "../run-command.ts";
import { outcomeOf, type Step } from "../step.ts";
import { publicPackages, repositoryRoot } from "../workspace.ts";
import { tarballOf } from "./pack.ts";

/**
 * What a user gets: the packages as packed, installed into an empty project, and tried there with
 * plain Node. Every program in the READMEs (code blocks marked `js`) is run and its types are
 * checked, and the command draws an image.
 */
export const packedPackages: Step = {
  name: "packed packages",
  needs: ["pack"],
  async run() {
    const project = await mkdtemp(join(tmpdir(), "glissade-packed-"));
    try {
      const installation = await installPackages(project);
      if (!installation.succeeded) return outcomeOf([installation]);
      const programs = await writePrograms(project);
      const results = [await checkTypes(project, programs), ...(await tryCommand(project))];
      for (const program of programs)
        results.push(
          await runCommand(process.execPath, [program], { cwd: project, env: plainEnvironment }),
        );
      return outcomeOf(results, `${programs.length} programs of the READMEs`);
    } finally {
      await rm(project, { recursive: true, force: true });
    }
  },
};

async function installPackages(project: string): Promise<CommandResult> {
  const packages = publicPackages().map(
    (entry) => [entry.manifest.name, `file:${tarballOf(entry)}`] as const,
  );
  const dependencies = { ...(await companions()), ...Object.fromEntries(packages) };
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ name: "trial", private: true, type: "module", dependencies }),
  );
  // Without install scripts: onnxruntime-node's fetches CUDA, which is not under test.
  return runCommand(
    "npm",
    [
      "install",
      "--prefer-offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-package-lock",
    ],
    { cwd: project },
  );
}

/** What the READMEs' programs import beside the packages. */
async function companions(): Promise<Record<string, string>> {
  const found = publicPackages().map(async ({ folder, manifest }) =>
    companionsOf(await readFile(join(folder, "README.md"), "utf8"), manifest.devDependencies),
  );
  return Object.assign({}, ...(await Promise.all(found)));
}

/**
 * Writes the READMEs' programs into the project, in TypeScript and JavaScript alike, and returns
 * the latter's names.
 */
async function writePrograms(project: string): Promise<string[]> {
  const written: string[] = [];
  for (const folder of [repositoryRoot, ...publicPackages().map((entry) => entry.folder)]) {
    const programs = programsIn(await readFile(join(folder, "README.md"), "utf8"));
    for (const [index, program] of programs.entries()) {
      const name = `readme-${basename(folder)}-${index + 1}`;
      await writeFile(join(project, `${name}.js`), program);
      await writeFile(join(project, `${name}.ts`), program);
      written.push(`${name}.js`);
    }
  }
  return written;
}

/** The AI SDK's declarations import this module's types without bringing them along. */
const missingTypes =
  'declare module "json-schema" { export type JSONSchema7 = object; export type JSONSchema7Definition = object | boolean; }';

async function checkTypes(project: string, programs: readonly string[]): Promise<CommandResult> {
  await writeFile(join(project, "missing-types.d.ts"), missingTypes);
  const sources = ["missing-types.d.ts", ...programs.map((name) => name.replace(/js$/, "ts"))].map(
    (name) => join(project, name),
  );
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--lib",
    "es2023,dom,dom.iterable,dom.asynciterable",
  ];
  return runTool(
    "tsc",
    [
      ...options,
      "--types",
      "node",
      "--typeRoots",
      join(repositoryRoot, "node_modules", "@types"),
      ...sources,
    ],
    { cwd: project },
  );
}

async function tryCommand(project: string): Promise<CommandResult[]> {
  const glissade = (args: readonly string[]) =>
    runCommand(join(project, "node_modules", ".bin", "glissade"), args, {
      cwd: project,
      env: plainEnvironment,
    });
  const help = await glissade(["--help"]);
  const image = await glissade([
    "generate",
    "a red apple",
    "--steps",
    "3",
    "--seed",
    "1",
    "--out",
    "apple.png",
  ]);
  const bytes = await readFile(join(project, "apple.png")).catch(() => Buffer.alloc(0));
  const isPng = bytes.subarray(1, 4).toString("latin1") === "PNG";
  return [
    help,
    {
      ...image,
      succeeded: image.succeeded && isPng,
      output: `${image.output}${isPng ? "" : "It wrote no image to apple.png.\n"}`,
    },
  ];
}
