import { importedModules } from "./rules/dependency-direction.ts";

/** The complete programs of a README: its code blocks marked `js`. Fragments are marked `ts`. */
export function programsIn(markdown: string): string[] {
  return [...markdown.matchAll(/^```js\n(.*?)^```$/gms)].map(([, program = ""]) => program);
}

/**
 * What a reader of a README installs beside the packages for its programs: what they import, and
 * what its first `npm install` names, as far as the package is developed against it, at that
 * version, and their types.
 */
export function companionsOf(
  markdown: string,
  devDependencies: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const imported = programsIn(markdown).flatMap(importedModules).map(packageName);
  const installed = /^npm install (.*)$/m.exec(markdown)?.[1]?.split(" ") ?? [];
  return Object.fromEntries(
    Object.entries(devDependencies).filter(([name]) =>
      [...imported, ...installed].includes(name.replace(/^@types\//, "")),
    ),
  );
}

/** `react-dom/client` is of `react-dom`. */
function packageName(module: string): string {
  return module
    .split("/")
    .slice(0, module.startsWith("@") ? 2 : 1)
    .join("/");
}
