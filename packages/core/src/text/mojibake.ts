/** One way to mis-read bytes: the encoding that was used instead of UTF-8. */
interface SingleByteEncoding {
  readonly byteOf: ReadonlyMap<string, number>;
  /**
   * Matches characters that, as bytes, have the form of one UTF-8 sequence of two to four bytes.
   */
  readonly sequence: RegExp;
}

/** One sequence of characters that is a character of UTF-8 in disguise. */
interface Sequence {
  readonly text: string;
  readonly character: string;
  /** Whether real text does not look like this, so that the sequence alone shows what happened. */
  readonly telling: boolean;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1Characters = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
const latin1 = encodingFrom(latin1Characters);
// Written out because Node 20 decodes "windows-1252" as Latin-1. Five unused bytes stand for
// themselves.
const windows1252Punctuation = [..."€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ"];
const windows1252 = encodingFrom(latin1Characters.toSpliced(0x80, 32, ...windows1252Punctuation));
// made when first needed: hardly any prompt is mojibake
let otherEncodings: readonly SingleByteEncoding[] | undefined;
const others = () => {
  otherEncodings ??= [
    "windows-1251",
    "windows-1250",
    "windows-1253",
    "windows-1254",
    "windows-1257",
    "iso-8859-2",
    "macintosh",
  ].map(encodingOf);
  return otherEncodings;
};

/**
 * Undoes "mojibake": UTF-8 that was read as Latin-1, Windows-1252 or another single-byte encoding,
 * also several times over ("Ã©" is "é").
 *
 * Bytes of UTF-8 have a form that other text hardly has by chance. A reading is accepted where
 * every non-ASCII character of the text takes part in such a sequence and at least one sequence is
 * telling (see `isTelling`) or three different ones occur; in text that also holds other
 * characters, only telling sequences of Windows-1252 and Latin-1 are replaced. Lossy mojibake (with
 * "?" or U+FFFD in it), CESU-8 and code page 437 are left as they are.
 *
 * @see https://ftfy.readthedocs.io/en/latest/heuristic.html for the problem; the rule is our own
 */
export function repairMojibake(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text;
  for (const encoding of [windows1252, latin1, ...others()]) {
    const repaired = repairWhole(text, encoding);
    if (repaired !== undefined) return repairMojibake(repaired);
  }
  for (const encoding of [windows1252, latin1]) {
    const repaired = text.replace(encoding.sequence, (match, offset: number) => {
      const sequence = readSequence(match, text.charAt(offset - 1), encoding);
      return sequence?.telling ? sequence.character : match;
    });
    if (repaired !== text) return repairMojibake(repaired);
  }
  return text;
}

/**
 * C1 controls are hardly ever meant: they are Windows-1252's punctuation in text that was taken for
 * Latin-1.
 */
export function controlsFromWindows1252(text: string): string {
  return text.replace(
    /[\x80-\x9f]/g,
    (control) => windows1252Punctuation[control.charCodeAt(0) - 0x80] ?? control,
  );
}

/**
 * The text with every sequence replaced, where nothing else in it is outside ASCII and the
 * sequences are evidence enough.
 */
function repairWhole(text: string, encoding: SingleByteEncoding): string | undefined {
  const sequences: Sequence[] = [];
  let rest = "";
  let end = 0;
  let repaired = "";
  for (const match of text.matchAll(encoding.sequence)) {
    const sequence = readSequence(match[0], text.charAt(match.index - 1), encoding);
    const between = text.slice(end, match.index);
    end = match.index + match[0].length;
    rest += sequence ? between : between + match[0];
    repaired += between + (sequence?.character ?? match[0]);
    if (sequence) sequences.push(sequence);
  }
  rest += text.slice(end);
  if (/\P{ASCII}/u.test(rest)) return undefined;
  const evident =
    sequences.some(({ telling }) => telling) ||
    new Set(sequences.map((sequence) => sequence.text)).size >= 3;
  return evident ? repaired + text.slice(end) : undefined;
}

function readSequence(
  text: string,
  before: string,
  { byteOf }: SingleByteEncoding,
): Sequence | undefined {
  const bytes = Array.from(text.replace(" ", "\u00a0"), (character) => byteOf.get(character) ?? 0);
  if (bytes.length === 1) bytes.push(0xa0);
  try {
    return {
      text,
      character: strictUtf8.decode(Uint8Array.from(bytes)),
      telling: isTelling(text, before),
    };
  } catch {
    return undefined; // overlong, a surrogate, or beyond Unicode
  }
}

/**
 * Characters that follow a letter in ordinary text: closing and opening punctuation, spaces, marks
 * and raised signs.
 */
const ordinary = /^[\p{L}\u00a0 …”’“‘‚„»«›‹–—•™®©°ªº²³¡¿·!]$/u;

/**
 * A letter followed by a control character, a currency sign, a fraction or the like is telling. So
 * is anything after the letters that lead UTF-8's most common sequences, â (quotes and dashes), Â
 * and Ã (Western accents), except at the end of a word in capitals ("IRMÃ”").
 */
function isTelling(text: string, before: string): boolean {
  const [lead = "", ...continuation] = text;
  if (continuation.some((character) => !ordinary.test(character))) return true;
  if (/[ÂÃ]/.test(lead)) return !/\p{Lu}/u.test(before);
  return lead === "â" && continuation.some((character) => /\p{L}/u.test(character));
}

function encodingOf(label: string): SingleByteEncoding {
  const decoded = new TextDecoder(label);
  return encodingFrom(
    Array.from({ length: 256 }, (_, byte) => {
      const character = decoded.decode(Uint8Array.of(byte));
      // an unused byte stands for itself
      return character === "\ufffd" ? String.fromCharCode(byte) : character;
    }),
  );
}

function encodingFrom(characters: readonly string[]): SingleByteEncoding {
  const set = (from: number, to: number) =>
    `[${characters
      .slice(from, to + 1)
      .map((character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
      .join("")}]`;
  const next = set(0x80, 0xbf);
  // The second byte of "à", a no-break space, is often made a plain space on the way; before a
  // letter it is taken to be a space between words as well.
  const withSpace = characters[0xc3] === "Ã" ? "|Ã(?= \\p{L})|Ã " : "";
  return {
    byteOf: new Map(characters.map((character, byte) => [character, byte])),
    sequence: new RegExp(
      `${set(0xf0, 0xf4)}${next}{3}|${set(0xe0, 0xef)}${next}{2}|${set(0xc2, 0xdf)}${next}${withSpace}`,
      "gu",
    ),
  };
}
