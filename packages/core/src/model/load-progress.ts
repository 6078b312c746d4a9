/** How far one file is. */
export interface FileProgress {
  readonly loadedBytes: number;
  /** Undefined where the server does not say. */
  readonly totalBytes: number | undefined;
  /** Whether the file was there already. */
  readonly fromCache: boolean;
}

export interface ModelLoadProgress extends FileProgress {
  readonly path: string;
  /**
   * All files of the model: those that came so far, and where the source lists every file with its
   * bytes, all there are. Never falls.
   */
  readonly total: { readonly loadedBytes: number; readonly totalBytes: number | undefined };
}

/**
 * Adds up the progress of a model's files. A file that begins anew, or is read once more, does not
 * count twice.
 */
export class LoadProgress {
  readonly #loaded = new Map<string, number>();
  readonly #onProgress: ((progress: ModelLoadProgress) => void) | undefined;
  readonly #totalBytes: number | undefined;

  constructor(
    onProgress: ((progress: ModelLoadProgress) => void) | undefined,
    totalBytes: number | undefined,
  ) {
    this.#onProgress = onProgress;
    this.#totalBytes = totalBytes;
  }

  report(path: string, progress: FileProgress): void {
    this.#loaded.set(path, Math.max(progress.loadedBytes, this.#loaded.get(path) ?? 0));
    const loadedBytes = [...this.#loaded.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#onProgress?.({ path, ...progress, total: { loadedBytes, totalBytes: this.#totalBytes } });
  }
}
