/**
 * Control characters, which XML cannot hold however they are escaped, halves of characters, and
 * marks that turn the writing direction.
 */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}]/gu;

/**
 * Text from outside as one line: what cannot be printed is replaced, and what is too long is cut
 * off.
 */
export function plainLine(text: string, longest = 200): string {
  const characters = Array.from(text.replace(unprintable, "\ufffd"));
  return characters.length > longest
    ? `${characters.slice(0, longest - 1).join("")}…`
    : characters.join("");
}
