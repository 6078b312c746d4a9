/**
 * Puts a text between the marks `<!-- NAME -->` and `<!-- end of NAME -->` of a page, in place of
 * what stood there.
 *
 * @throws where the page has not both marks
 */
export function replaceMarked(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from === -1 || to < from)
    throw new Error(`The page has no place for the ${name}: ${start} ... ${end}.`);
  return `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`;
}
