import { unescapeHtml, unescapeHtmlEntities } from "./html-entities.ts";
import { controlsFromWindows1252, repairMojibake } from "./mojibake.ts";

/**
 * The cleaning that CLIP's tokeniser begins with: `fixText`, HTML references (twice: captions from
 * the web are often escaped twice), runs of white space to one space, lower case.
 *
 * @example `cleanText("The caf&amp;eacute;")` is `"the café"`
 */
export function cleanText(text: string): string {
  return unescapeHtml(unescapeHtml(fixText(text)))
    .replace(/\p{White_Space}+/gu, " ")
    .replace(/^ | $/g, "") // not trim(), which also takes U+FEFF
    .toLowerCase();
}

/**
 * Repairs what goes wrong with text on its way through programs, as the Python library ftfy (6.3,
 * `fix_text`) describes it: HTML entities in text without markup, UTF-8 that was read in another
 * encoding, C1 controls that were meant as Windows-1252, ligatures, full-width and half-width
 * forms, curly quotes, line breaks, terminal escapes, control characters; NFC at the end; repeated
 * until nothing changes. Which text is mis-read UTF-8 is judged by a smaller rule of our own (see
 * `repairMojibake`), so rare cases may differ from ftfy's.
 *
 * @see https://ftfy.readthedocs.io/en/latest/config.html
 */
export function fixText(text: string): string {
  let markup = false; // a "<" says that the rest is HTML, where entities have to stay
  return text.replace(/[^\n]*\n|[^\n]+$/g, (line) => {
    markup ||= line.includes("<");
    return untilStable(line, (current) => fixLine(current, markup));
  });
}

function fixLine(line: string, markup: boolean): string {
  let text = markup ? line : unescapeHtmlEntities(line);
  text = controlsFromWindows1252(repairMojibake(text));
  text = text
    .replace(ligatures, expandLigature)
    .replace(/[\u3000\uff01-\uffef]/g, (character) => character.normalize("NFKC"));
  text = text.replace(/[\u02bc\u2018-\u201b]/g, "'").replace(/[\u201c-\u201f]/g, '"');
  text = text.replace(/\r\n|[\r\x85\u2028\u2029]/g, "\n");
  return text.replace(terminalEscapes, "").replace(invisible, "").normalize("NFC");
}

/** Two or three Latin letters in one character. Ligatures of other scripts are meant. */
const ligatures = /[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g;
/**
 * A compatibility decomposition leaves the caron of DŽ to the final NFC; of the long s in "ſt" it
 * would make a round one.
 */
const expandLigature = (ligature: string) =>
  ligature === "\ufb05" ? "ſt" : ligature.normalize("NFKD");

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const terminalEscapes = /\x1b\[[\d;]*[a-zA-Z]/g;
/**
 * Controls other than tab, line feed, form feed and carriage return; deprecated formatting;
 * annotation marks, the object replacement character, the byte-order mark.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const invisible = /[\0-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;

/**
 * The bound is for text that was made to need thousands of rounds (`&amp;amp;amp;...`), one for
 * each layer.
 */
function untilStable(text: string, step: (text: string) => string, rounds = 50): string {
  const next = step(text);
  return next === text || rounds === 1 ? next : untilStable(next, step, rounds - 1);
}
