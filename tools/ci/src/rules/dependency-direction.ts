/**
 * Which of the repository's packages the sources of each package may import. What is not listed
 * here may import none.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  "@glissade/core": [],
  "@glissade/vocabularies": [],
  "@glissade/model-emoji": [],
  "@glissade/backend-onnx": ["@glissade/core"],
  "@glissade/backend-tfjs": ["@glissade/core"],
  "@glissade/train": ["@glissade/core"],
  "@glissade/evaluate": ["@glissade/core"],
  "@glissade/react": ["@glissade/core"],
  "@glissade/ai-sdk": ["@glissade/core", "@glissade/backend-onnx"],
  glissade: [
    "@glissade/core",
    "@glissade/backend-onnx",
    "@glissade/backend-tfjs",
    "@glissade/train",
    "@glissade/evaluate",
    "@glissade/model-emoji",
    "@glissade/vocabularies",
  ],
};

const specifier = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g;

/** Every module that a source file imports or re-exports, as written. */
export function importedModules(source: string): string[] {
  return [...source.matchAll(specifier)].map(([, name = ""]) => name);
}

/** The imports of a source file of package `from` that its package may not have. */
export function forbiddenImports(from: string, source: string): string[] {
  const allowed = [from, ...(mayImport[from] ?? [])];
  return importedModules(source).filter(
    (name) =>
      isOwn(name) && !allowed.some((known) => name === known || name.startsWith(`${known}/`)),
  );
}

function isOwn(name: string): boolean {
  return name.startsWith("@glissade/") || name === "glissade" || name.startsWith("glissade/");
}
