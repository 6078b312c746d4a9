import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BackendName, backendNames, backends } from "@glissade-tools/backends";
import {
  type CommandOptions,
  type CommandResult,
  plainEnvironment,
  runCommand,
} from "../run-command.ts";
import { outcomeOf, type Step } from "../step.ts";
import { publicPackages } from "../workspace.ts";
import { tarballOf } from "./pack.ts";

/** A backend in a project of its own. */
interface Installation {
  /** Beside graph. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly programs: readonly { readonly text: string; readonly prints: string }[];
}

/** Multiplies [1, 2] by a matrix, and tells the result or what went wrong. */
function product(name: BackendName, options: string): string {
  const { package: module, factory } = backends[name];
  return `
import { GraphBuilder, tensor, weightsFromTensors } from "@glissade/graph";
import * as module from "${module}";
const g = new GraphBuilder();
g.output("y", g.matmul(g.input("x", [1, 2]), g.parameter("w", [2, 2])));
const backend = module.${factory}(${options});
try {
  const network = await backend.compile(g.build(), weightsFromTensors({ w: tensor([2, 2], [1, 2, 3, 4]) }));
  const { y } = await network.run({ x: tensor([1, 2], [1, 2]) });
  console.log(backend.name, backend.provider, ...y.data);
} catch ({ name, message }) {
  console.log(name, message);
}
await backend.dispose();
`;
}

const installations = {
  tfjs: {
    dependencies: { "@tensorflow/tfjs": "4.22.0" },
    programs: [
      {
        text: product("tfjs", '{ providers: ["cpu"] }'),
        prints: "tfjs cpu 7 10\n",
      },
      {
        text: product("tfjs", '{ providers: ["wasm"] }'),
        prints:
          "RuntimeMissingError @tensorflow/tfjs-backend-wasm is not installed. Install it: npm install @tensorflow/tfjs-backend-wasm\n",
      },
    ],
  },
  onnx: {
    dependencies: {},
    programs: [
      {
        text: product("onnx", '{ providers: ["cpu"] }'),
        prints: "onnx cpu 7 10\n",
      },
    ],
  },
} satisfies Partial<Record<BackendName, Installation>>;

/**
 * Each backend installed with graph and its own runtime alone, and tried: nothing of another
 * backend, no tokeniser, zip or PNG library may come along, and a package of the runtime that is
 * missing has to be named.
 */
export const backendsAlone: Step = {
  name: "backends alone",
  needs: ["pack"],
  async run() {
    const results: CommandResult[] = [];
    for (const name of ["tfjs", "onnx"] as const) {
      // outside of any other project, whose packages Node would find as well
      const project = await mkdtemp(join(tmpdir(), "glissade-alone-"));
      try {
        results.push(
          ...(await tryAlone(name, installations[name], { cwd: project, env: plainEnvironment })),
        );
      } finally {
        await rm(project, { recursive: true, force: true });
      }
    }
    return outcomeOf(results);
  },
};

async function tryAlone(
  backend: BackendName,
  { dependencies, programs }: Installation,
  options: CommandOptions & { readonly cwd: string },
): Promise<CommandResult[]> {
  const packages = publicPackages().filter(
    ({ manifest: { name } }) => name === "@glissade/graph" || name === backends[backend].package,
  );
  const packed = Object.fromEntries(
    packages.map((entry) => [entry.manifest.name, `file:${tarballOf(entry)}`]),
  );
  await writeFile(
    join(options.cwd, "package.json"),
    JSON.stringify({
      name: "alone",
      private: true,
      type: "module",
      dependencies: { ...packed, ...dependencies },
    }),
  );
  const installed = await runCommand(
    "npm",
    [
      "install",
      "--prefer-offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-package-lock",
    ],
    options,
  );
  if (!installed.succeeded) return [installed];
  const tree = await runCommand("npm", ["ls", "--all", "--parseable"], options);
  const others = tree.stdout.split("\n").filter((path) => mayNotCome(backend, path));
  const results = [
    failing(tree, others.length > 0 && `${backend} brings along:\n${others.join("\n")}`),
  ];
  for (const [index, { text, prints }] of programs.entries()) {
    await writeFile(join(options.cwd, `${index}.js`), text);
    const run = await runCommand(process.execPath, [`${index}.js`], options);
    results.push(failing(run, run.stdout !== prints && `It was expected to print: ${prints}`));
  }
  return results;
}

/** What is core's: what reads models, images and text. */
const ofCore = [
  "@glissade/core",
  "@huggingface/tokenizers",
  "@noble/hashes",
  "@zip.js/zip.js",
  "entities",
  "fast-png",
  "fflate",
];

/** Whether an installed package is core's, or another backend's. */
function mayNotCome(backend: BackendName, path: string): boolean {
  const installed = path.replaceAll("\\", "/").split("node_modules/").at(-1) ?? "";
  const others = backendNames
    .filter((name) => name !== backend && backends[name].package !== "@glissade/graph")
    .flatMap((name) => [backends[name].package, ...backends[name].runtimes]);
  return ofCore.includes(installed) || others.some((other) => installed.startsWith(other));
}

/** The result of a command, failed where there is a problem with what it did. */
function failing(result: CommandResult, problem: string | false): CommandResult {
  return problem === false
    ? result
    : { ...result, succeeded: false, output: `${result.output}${problem}\n` };
}
