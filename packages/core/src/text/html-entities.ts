import { decodeHTML, decodeHTMLStrict } from "entities";
import { controlsFromWindows1252 } from "./mojibake.ts";

/**
 * Replaces HTML character references as Python's `html.unescape` does: names with or without a
 * semicolon, the longest known one first (`&notit;` is `¬it;`), decimal and hexadecimal numbers.
 * Text that is no reference stays.
 *
 * @see https://docs.python.org/3/library/html.html
 */
export function unescapeHtml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(?:\d+|[xX][0-9a-fA-F]+);?|[^\t\n\f <&#;]{1,32};?)/g, (reference) =>
    reference[1] === "#" ? characterOf(reference) : decodeHTML(reference),
  );
}

/**
 * The stricter reading of ftfy's `unescape_html`: only references that end in a semicolon, and
 * names in capitals that stand for the capital letter (`&EACUTE;`), which HTML does not have.
 */
export function unescapeHtmlEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&#?[0-9A-Za-z]{1,24};/g, (reference) => {
    if (reference[1] === "#") return unescapeHtml(reference);
    const character = decodeHTMLStrict(reference);
    if (
      character !== reference ||
      unescapeHtml(reference) !== reference ||
      reference !== reference.toUpperCase()
    )
      return character;
    const small = decodeHTMLStrict(reference.toLowerCase());
    return small === reference.toLowerCase() ? reference : small.toUpperCase();
  });
}

function characterOf(reference: string): string {
  const digits = reference.slice(2).replace(";", "");
  const code = /^x/i.test(digits)
    ? Number.parseInt(digits.slice(1), 16)
    : Number.parseInt(digits, 10);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return "\ufffd";
  if (code >= 0x80 && code <= 0x9f) return controlsFromWindows1252(String.fromCharCode(code));
  return isDropped(code) ? "" : String.fromCodePoint(code);
}

/**
 * Controls and noncharacters: the HTML standard calls a reference to one an error, and Python drops
 * it.
 */
function isDropped(code: number): boolean {
  const isControl =
    (code < 0x20 && !"\t\n\f\r".includes(String.fromCharCode(code))) || code === 0x7f;
  return isControl || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}
