import { resolve } from "node:path";
import type { AnyTensor, Backend } from "@glissade/core";
import { readSafetensors } from "@glissade/core/weights";
import { type CaseRunner, type GoldenCase, NotSupported } from "./case.ts";
import { Comparison } from "./compare.ts";
import type { FileChecker, Manifest } from "./manifest.ts";

export interface CaseResult {
  readonly maxAbsoluteError: number | undefined;
  readonly maxRelativeError: number | undefined;
  /** Why it failed; undefined where it passed. */
  readonly failure: string | undefined;
}

/** What the cases of a run share. */
export interface RunContext {
  readonly files: FileChecker;
  /** @throws where the backend cannot be had; asked only by cases that need it. */
  readonly backend: () => Backend;
}

/** Runs one case. Nothing is thrown: whatever goes wrong is the case's failure. */
export async function runCase(
  run: CaseRunner,
  manifest: Manifest,
  golden: GoldenCase,
  { files, backend }: RunContext,
): Promise<CaseResult> {
  const check = new Comparison(golden.tolerance);
  const readTensors = async (file: string): Promise<ReadonlyMap<string, AnyTensor>> => {
    const path = resolve(manifest.directory, file);
    await files.check(path);
    return (await readSafetensors(path)).tensors;
  };
  const failure = await failureOf(async () => {
    for (const file of golden.extra_files ?? [])
      await files.check(resolve(manifest.directory, file));
    const tensors =
      golden.file === undefined ? new Map<string, AnyTensor>() : await readTensors(golden.file);
    assertDeclared(tensors, golden);
    await run({
      case: golden,
      directory: manifest.directory,
      tensors,
      readTensors,
      check,
      get backend() {
        return backend();
      },
    });
    if (check.count === 0) throw new NotSupported("its set compared nothing");
  });
  return {
    maxAbsoluteError: check.maxAbsoluteError,
    maxRelativeError: check.maxRelativeError,
    failure,
  };
}

async function failureOf(action: () => Promise<void>): Promise<string | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What an error says, with its type where that says something. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}

/** The file holds the tensors that the manifest lists, with these shapes. */
function assertDeclared(
  tensors: ReadonlyMap<string, AnyTensor>,
  { file, tensors: declared = {} }: GoldenCase,
): void {
  for (const [name, { shape }] of Object.entries(declared)) {
    const dims = tensors.get(name)?.dims;
    if (dims?.join() !== shape.join())
      throw new Error(
        `${file} has ${dims ? `the shape [${dims}]` : "no tensor"} for ${name}, and the manifest says [${shape}]`,
      );
  }
}
