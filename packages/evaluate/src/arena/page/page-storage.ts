/** Texts that outlive the page. */
export interface PageStorage {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/**
 * The browser's storage, or memory if that is switched off or full.
 *
 * @param open returns the browser's storage, or throws if the browser refuses it to the page
 */
export function pageStorage(open: () => Storage): PageStorage {
  const memory = new Map<string, string>();
  const stored = <Value>(read: (storage: Storage) => Value, otherwise: Value): Value => {
    try {
      return read(open());
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => stored((storage) => storage.getItem(key), null) ?? memory.get(key),
    set(key, value) {
      const isStored = stored((storage) => {
        storage.setItem(key, value);
        return true;
      }, false);
      if (!isStored) memory.set(key, value);
    },
    remove(key) {
      memory.delete(key);
      stored((storage) => storage.removeItem(key), undefined);
    },
    keys() {
      const names = stored(
        (storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index)),
        [],
      );
      return [...new Set([...names.filter((name) => name !== null), ...memory.keys()])];
    },
  };
}
