/** The complete programs of a README: its code blocks marked `js`. Fragments are marked `ts`. */
export function programsIn(markdown: string): string[] {
  return [...markdown.matchAll(/^```js\n(.*?)^```$/gms)].map(([, program = ""]) => program);
}
