import { parseArgs } from "node:util";
import { GlissadeError, UnknownNameError } from "@glissade/core";
import { type BackendName, backendNames } from "@glissade-tools/backends";
import { knownSets } from "./sets.ts";

/** The command line cannot be understood. */
export class UsageError extends GlissadeError {
  static override readonly code: string = "UsageError";
}

export const help = `npm run conformance -- DIR [options]

Runs every case of every manifest.json under DIR, whatever its depth, and prints a line a case:
  pass|FAIL  set/case  max absolute error  max relative error  (reason)

  --only SET,...     only these sets
  --backend NAME     what runs the networks: onnx (default), tfjs, or interpreter (core's own float64 loops, far too slow for the full-size set)
  --provider NAME    the execution provider. onnx: cpu (default), cuda, webgpu, ...; tfjs: wasm (default), node, cpu, ...
  --help             this text

Sets: ${knownSets.join(", ")}.
Exit code: 0 where all passed, 1 where any failed, 2 for a wrong command line.
`;

export interface Arguments {
  readonly directory: string;
  /** Undefined for all. */
  readonly only: ReadonlySet<string> | undefined;
  readonly backend: BackendName;
  /** Undefined for the backend's own default. */
  readonly provider: string | undefined;
}

/** @returns undefined where help is asked for. @throws UsageError, UnknownNameError */
export function parseArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [directory] = positionals;
  if (directory === undefined || positionals.length > 1)
    throw new UsageError(`Give one folder of reference vectors; ${positionals.length} were given.`);
  const { backend: asked = "onnx", provider } = values;
  const backend = backendNames.find((known) => known === asked);
  if (!backend) throw new UnknownNameError({ kind: "backend", asked, known: backendNames });
  return {
    directory,
    only: values.only === undefined ? undefined : new Set(values.only.split(",").map(knownSet)),
    backend,
    provider,
  };
}

function parse(args: readonly string[]) {
  const string = { type: "string" } as const;
  const boolean = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: string,
        backend: string,
        provider: string,
        help: { ...boolean, short: "h" },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function knownSet(name: string): string {
  if (!knownSets.includes(name))
    throw new UnknownNameError({ kind: "set", asked: name, known: knownSets });
  return name;
}
