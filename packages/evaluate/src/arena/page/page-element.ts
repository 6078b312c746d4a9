/**
 * The element of the page with this id, of this kind.
 *
 * @throws Error if the page has none: page and script do not fit together
 */
export function pageElement<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} named ${id}.`);
}
