import { type GeneratedImage, NumericalError, type TaskMethods } from "@glissade/core";
import { type ImageRunSnapshot, imageRun } from "@glissade/core/store";
import { cellOptions, type LabCell, type LabRequest, labRows } from "./lab-grid.ts";

/** A cell's image, or why there is none. */
export type LabOutcome = { readonly image: GeneratedImage } | { readonly failure: string };

export interface LabSnapshot {
  readonly status: ImageRunSnapshot<unknown>["status"];
  /** What the finished cells were made for. */
  readonly request: LabRequest | undefined;
  /** By the cells' keys. */
  readonly finished: ReadonlyMap<string, LabOutcome>;
  /** Key of the cell that is being made. */
  readonly current: string | undefined;
  readonly preview: GeneratedImage | undefined;
  /** Cells that are finished, with the share of the current one, and all cells. */
  readonly progress: { readonly cells: number; readonly total: number };
  readonly error: Error | undefined;
}

const idle: LabSnapshot = {
  status: "idle",
  request: undefined,
  finished: new Map(),
  current: undefined,
  preview: undefined,
  progress: { cells: 0, total: 0 },
  error: undefined,
};

/** Fills a grid of images, one after the other. */
export class LabRun {
  readonly #run = imageRun("generate", { glide: undefined });
  readonly #listeners = new Set<() => void>();
  #snapshot = idle;
  /** Another object for every grid that was begun. */
  #grid: object = {};

  constructor() {
    this.#run.subscribe(() => this.#follow());
  }

  readonly getSnapshot = (): LabSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly configure = (glide: TaskMethods<"generate"> | undefined): void =>
    this.#run.configure({ glide });

  /**
   * Makes the cells that are not there yet: of the same request some may be. Never rejects; the
   * snapshot has what went wrong.
   */
  readonly generate = async ({
    scales,
    ...request
  }: LabRequest & { readonly scales: readonly number[] }): Promise<void> => {
    const grid = {};
    this.#grid = grid;
    const finished = isSame(this.#snapshot.request, request)
      ? this.#snapshot.finished
      : new Map<string, LabOutcome>();
    const cells = labRows(scales).flatMap((row) => row.cells);
    this.#publish({ ...idle, status: "running", request, finished });
    try {
      for (const cell of cells) {
        if (this.#snapshot.finished.has(cell.key)) continue;
        const done = cells.filter(({ key }) => this.#snapshot.finished.has(key)).length;
        this.#publish({
          current: cell.key,
          preview: undefined,
          progress: { cells: done, total: cells.length },
        });
        const outcome = await this.#fill(cell, request);
        if (grid !== this.#grid) return;
        if (!outcome)
          return this.#publish({ status: "stopped", current: undefined, preview: undefined });
        this.#publish({ finished: new Map(this.#snapshot.finished).set(cell.key, outcome) });
      }
      this.#publish({ status: "done", current: undefined, preview: undefined });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (grid === this.#grid)
        this.#publish({ status: "error", error, current: undefined, preview: undefined });
    }
  };

  /** What is finished stays. */
  readonly stop = (): Promise<void> => this.#run.stop();

  /** @returns undefined where it was stopped */
  async #fill(cell: LabCell, request: LabRequest): Promise<LabOutcome | undefined> {
    try {
      const result = await this.#run.generate(cellOptions(cell, request));
      const image = result?.images[0];
      return image && { image };
    } catch (error) {
      if (NumericalError.isInstance(error))
        return { failure: "No image: so large a scale drives the numbers out of their range." };
      throw error; // would be the same in every cell
    }
  }

  #follow(): void {
    if (this.#snapshot.current === undefined) return;
    const { preview, progress } = this.#run.getSnapshot();
    const { cells, total } = this.#snapshot.progress;
    const share = progress ? Math.min(0.99, progress.step / progress.steps) : 0;
    this.#publish({ preview: preview?.[0], progress: { cells: Math.floor(cells) + share, total } });
  }

  #publish(change: Partial<LabSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

function isSame(a: LabRequest | undefined, b: LabRequest): boolean {
  return a?.prompt === b.prompt && a.seed === b.seed && a.upscale === b.upscale;
}
