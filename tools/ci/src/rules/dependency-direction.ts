import { posix } from "node:path";

/**
 * Which of the repository's packages the sources of each package may import. What is not listed
 * here may import none.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  "@glissade/graph": [],
  "@glissade/core": ["@glissade/graph"],
  "@glissade/vocabularies": [],
  "@glissade/model-emoji": [],
  "@glissade/backend-onnx": ["@glissade/graph"],
  "@glissade/backend-tfjs": ["@glissade/graph"],
  "@glissade/train": ["@glissade/graph", "@glissade/core"],
  "@glissade/evaluate": ["@glissade/graph", "@glissade/core"],
  "@glissade/react": ["@glissade/core"],
  "@glissade/ai-sdk": ["@glissade/core", "@glissade/backend-onnx"],
  glissade: [
    "@glissade/graph",
    "@glissade/core",
    "@glissade/backend-onnx",
    "@glissade/backend-tfjs",
    "@glissade/train",
    "@glissade/evaluate",
    "@glissade/model-emoji",
    "@glissade/vocabularies",
  ],
};

/**
 * The folders of a package's `src` from the bottom up: each may import those of the rows above its
 * own in this list, never one beside it. Files that lie in `src` itself are not under the rule, nor
 * are packages without an entry, beyond having no circles.
 */
export const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "@glissade/graph": [["graph"], ["parameters"], ["backend"], ["testing"]],
  "@glissade/core": [
    ["files", "random", "text"],
    ["bytes"],
    ["image", "weights", "diffusion"],
    ["networks"],
    ["model", "samplers", "guidance"],
    ["pipelines"],
    ["record", "controllers"],
    ["worker", "testing"],
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

/** One import between two folders of `src`. */
interface FolderImport {
  readonly from: string;
  readonly to: string;
  /** For people: which file imports which. */
  readonly by: string;
}

/**
 * Imports that go up or sideways between the folders of a package, and circles between folders.
 *
 * @param sources text by path, of one package, tests left out
 * @param root the package's `src`, as the paths have it
 */
export function folderProblems(
  name: string,
  root: string,
  sources: ReadonlyMap<string, string>,
): string[] {
  const imports = [...sources].flatMap(([path, text]) => folderImports(path, text, root));
  const rows = floors[name];
  return [...(rows ? misdirected(imports, rows) : []), ...circles(imports)];
}

function folderImports(path: string, text: string, root: string): FolderImport[] {
  const from = folderOf(path, root);
  return relativeImports(path, text)
    .map((target) => ({
      from,
      to: folderOf(target, root),
      by: `${path} imports ${target}`,
    }))
    .filter(({ from, to }) => from !== "" && to !== "" && from !== to);
}

function relativeImports(path: string, text: string): string[] {
  return importedModules(text)
    .filter((name) => name.startsWith("."))
    .map((name) => posix.join(posix.dirname(path), name));
}

/** Empty for the files of `root` itself, and for what lies elsewhere. */
function folderOf(path: string, root: string): string {
  const [folder = "", ...rest] = posix.relative(root, path).split("/");
  return rest.length > 0 && folder !== ".." ? folder : "";
}

function misdirected(
  imports: readonly FolderImport[],
  rows: readonly (readonly string[])[],
): string[] {
  const floorOf = (folder: string) => rows.findIndex((row) => row.includes(folder));
  return imports
    .filter(({ from, to }) => floorOf(to) < 0 || floorOf(from) < 0 || floorOf(to) >= floorOf(from))
    .map(({ from, to, by }) => `${by}: ${from}/ must not depend on ${to}/`);
}

/** One line for each pair of folders that depend on each other, however long the way. */
function circles(imports: readonly FolderImport[]): string[] {
  const reached = new Map<string, Set<string>>();
  const from = (folder: string) => {
    const known = reached.get(folder);
    if (known) return known;
    const found = new Set<string>();
    reached.set(folder, found);
    const waiting = [folder];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      for (const { to } of imports.filter((entry) => entry.from === next))
        if (!found.has(to)) {
          found.add(to);
          waiting.push(to);
        }
    return found;
  };
  return imports
    .filter((entry) => from(entry.to).has(entry.from))
    .map((entry) => `${entry.by}: ${entry.to}/ depends on ${entry.from}/ too, a circle`);
}

const workspace = /^(?:packages|apps|data|tools)\/[^/]+/;

/** Imports by path of what lies in another workspace's `src`: its door is its package name. */
export function importsByPath(path: string, text: string): string[] {
  const own = workspace.exec(path)?.[0];
  if (own === undefined) return [];
  return relativeImports(path, text).filter((target) => {
    const other = workspace.exec(target)?.[0];
    return other !== undefined && other !== own && target.startsWith(`${other}/src/`);
  });
}
