import { type DBSchema, type IDBPDatabase, openDB } from "idb";

/** An image that was made here. */
export interface GalleryEntry {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly made: number;
  readonly prompt: string;
  readonly seed: number;
  /** The PNG file, with its settings in it. */
  readonly file: Blob;
}

interface Gallery extends DBSchema {
  images: { key: string; value: GalleryEntry; indexes: { made: number } };
}

/** More than this many, and the oldest go. */
const most = 200;

/** The images of this browser, the newest first, in IndexedDB. */
export class GalleryStore {
  readonly #listeners = new Set<() => void>();
  #database: Promise<IDBPDatabase<Gallery>> | undefined;
  #entries: readonly GalleryEntry[] = [];

  readonly getSnapshot = (): readonly GalleryEntry[] => this.#entries;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    // without storage the gallery is empty
    if (!this.#database) void this.#refresh().catch(() => undefined);
    return () => this.#listeners.delete(listener);
  };

  /** @throws DOMException where the browser stores nothing, or has no room. */
  async add(entries: readonly GalleryEntry[]): Promise<void> {
    const database = await this.#open();
    const transaction = database.transaction("images", "readwrite");
    for (const entry of entries) await transaction.store.put(entry);
    const surplus = (await transaction.store.count()) - most;
    let oldest = surplus > 0 ? await transaction.store.index("made").openCursor() : null;
    for (let left = surplus; left > 0 && oldest; left--) {
      await oldest.delete();
      oldest = await oldest.continue();
    }
    await transaction.done;
    await this.#refresh();
  }

  async remove(id: string): Promise<void> {
    await (await this.#open()).delete("images", id);
    await this.#refresh();
  }

  async clear(): Promise<void> {
    await (await this.#open()).clear("images");
    await this.#refresh();
  }

  #open(): Promise<IDBPDatabase<Gallery>> {
    this.#database ??= openDB<Gallery>("glissade-demo", 2, {
      upgrade: (database) =>
        database.createObjectStore("images", { keyPath: "id" }).createIndex("made", "made"),
    });
    return this.#database;
  }

  async #refresh(): Promise<void> {
    const entries = await (await this.#open()).getAllFromIndex("images", "made");
    this.#entries = entries.reverse();
    for (const listener of this.#listeners) listener();
  }
}

export const gallery = new GalleryStore();
