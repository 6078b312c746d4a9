/** What a piece of JSON from outside may hold. */
export interface JsonLimits {
  readonly maxDepth: number;
  readonly maxKeys: number;
}

/**
 * JSON that is malformed or larger than allowed. The reader that knows which file it is says so in
 * its own error.
 */
export class JsonLimitError extends Error {}

const quote = 0x22;
const backslash = 0x5c;
const brackets = {
  openObject: 0x7b,
  closeObject: 0x7d,
  openArray: 0x5b,
  closeArray: 0x5d,
} as const;

/**
 * Parses UTF-8 JSON with limits on depth and number of keys. A key that occurs twice in one object
 * is refused: readers disagree about which of the two counts, so a file can show one thing to a
 * checker and another to its user.
 *
 * @throws JsonLimitError
 */
export function parseJsonWithLimits(bytes: Uint8Array, limits: JsonLimits): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    assertModest(text, limits);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof JsonLimitError) throw cause;
    throw new JsonLimitError(
      cause instanceof SyntaxError ? "it is not valid JSON" : "it is not valid UTF-8",
      { cause },
    );
  }
}

/** One pass over the text before anything is built from it. Grammar is left to `JSON.parse`. */
function assertModest(text: string, { maxDepth, maxKeys }: JsonLimits): void {
  // the keys of every open object; undefined for an array
  const scopes: (Set<string> | undefined)[] = [];
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      const end = closingQuote(text, i);
      const scope = scopes.at(-1);
      if (scope && isFollowedByColon(text, end)) {
        const key: unknown = JSON.parse(text.slice(i, end + 1));
        if (scope.has(String(key)))
          throw new JsonLimitError(
            `the key ${text.slice(i, Math.min(end + 1, i + 80))} occurs twice`,
          );
        scope.add(String(key));
        if (++keys > maxKeys) throw new JsonLimitError(`it has more than ${maxKeys} keys`);
      }
      i = end;
    } else if (code === brackets.openObject || code === brackets.openArray) {
      scopes.push(code === brackets.openObject ? new Set() : undefined);
      if (scopes.length > maxDepth)
        throw new JsonLimitError(`it is nested deeper than ${maxDepth} levels`);
    } else if (code === brackets.closeObject || code === brackets.closeArray) {
      scopes.pop();
    }
  }
}

function closingQuote(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i;
    if (code === backslash) i++;
  }
  throw new JsonLimitError("it is not valid JSON: a string does not end");
}

function isFollowedByColon(text: string, end: number): boolean {
  for (let i = end + 1; i < text.length; i++) {
    const character = text[i];
    if (character === ":") return true;
    if (character !== " " && character !== "\n" && character !== "\r" && character !== "\t")
      return false;
  }
  return false;
}
