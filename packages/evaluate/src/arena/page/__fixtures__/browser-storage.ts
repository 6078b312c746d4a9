/** A browser's storage, with room for so many texts. */
export function browserStorage({ most = Infinity } = {}): Storage {
  const texts = new Map<string, string>();
  return {
    get length() {
      return texts.size;
    },
    key: (index) => [...texts.keys()][index] ?? null,
    getItem: (key) => texts.get(key) ?? null,
    setItem(key, value) {
      if (!texts.has(key) && texts.size >= most)
        throw new DOMException("the storage is full", "QuotaExceededError");
      texts.set(key, value);
    },
    removeItem: (key) => void texts.delete(key),
    clear: () => texts.clear(),
  };
}
