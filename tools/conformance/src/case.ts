import type { AnyTensor, Backend } from "@glissade/core";

/** How far a result may be from the reference: |a - b| <= atol + rtol * |b|, or equal. */
export interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
  readonly exact?: boolean | string;
  readonly note?: string;
}

/** One entry of a `manifest.json`. */
export interface GoldenCase {
  readonly name: string;
  readonly what: string;
  readonly call?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly file?: string;
  readonly tensors?: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly dtype: string }>
  >;
  readonly tolerance?: Tolerance;
  readonly extra_files?: readonly string[];
}

/** What a set's function gets: the case, its tensors by name, and its folder. */
export interface CaseContext {
  readonly case: GoldenCase;
  /** Folder of the manifest; files named in `values` are relative to it. */
  readonly directory: string;
  /** The tensors of the case's own file (empty where it has none). */
  readonly tensors: ReadonlyMap<string, AnyTensor>;
  /** Reads every tensor of another `.safetensors` file, relative to the folder. */
  readTensors(file: string): Promise<ReadonlyMap<string, AnyTensor>>;
  /** The comparison that decides the case. Every call adds to it; the worst error is printed. */
  readonly check: Check;
  /** The backend under test: networks and blocks run on it. */
  readonly backend: Backend;
}

export interface Check {
  /**
   * Compares numbers with the case's tolerance, or with one given here where the manifest states
   * another for a part.
   */
  close(
    what: string,
    actual: ArrayLike<number | bigint>,
    expected: ArrayLike<number | bigint>,
    tolerance?: Tolerance,
  ): void;
  /**
   * The same with the tolerance relative to the largest magnitude of `expected` (only where the
   * manifest's note asks for it).
   */
  closeToScale(
    what: string,
    actual: ArrayLike<number>,
    expected: ArrayLike<number>,
    tolerance?: Tolerance,
  ): void;
  equal(what: string, actual: unknown, expected: unknown): void;
}

/** Runs one case; throwing fails it with the error's message. */
export type CaseRunner = (context: CaseContext) => void | Promise<void>;

/** Thrown for a case that Glissade cannot run yet: printed as failed, with the reason. */
export class NotSupported extends Error {}
