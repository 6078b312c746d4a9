import { readFileSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

/**
 * How every package is built: ES modules with declarations and source maps, shared chunks between
 * them. Each source file that package.json names is an entry: the `glissade-source` targets of
 * `exports` and of `imports` (one variant per environment), and the commands of `bin`. Dependencies
 * stay imports, and so do the package's own `#name` imports, which package.json resolves.
 */
export function packageBuild({ esbuildPlugins = [] }: Pick<Options, "esbuildPlugins"> = {}) {
  const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"));
  return defineConfig({
    entry: entriesOf(manifest),
    format: ["esm"],
    target: "es2022",
    // keeps `node:` imports; that core has none outside its Node variants is checked by bundling it
    // for browsers (.size-limit.json)
    platform: "node",
    removeNodeProtocol: false,
    splitting: true,
    sourcemap: true,
    esbuildOptions: (options) => {
      options.sourcesContent = false; // the sources are published beside the maps
    },
    esbuildPlugins,
    clean: true,
    // tsup itself keeps the other kinds of dependencies out
    external: [/^#/, ...Object.keys(manifest.optionalDependencies ?? {})],
    // tsup 8 sets `baseUrl`, which TypeScript 6 calls deprecated
    dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  });
}

interface Manifest {
  readonly exports?: unknown;
  readonly imports?: unknown;
  readonly bin?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function entriesOf({ exports, imports, bin = {} }: Manifest): string[] {
  const commands = Object.values(bin).map((path) =>
    path.replace("dist/", "src/").replace(/\.js$/, ".ts"),
  );
  return [...new Set([...sourceTargets(exports), ...sourceTargets(imports), ...commands])].map(
    (path) => path.replace(/^\.\//, ""),
  );
}

/** Every path under a `glissade-source` condition, at any depth. */
function sourceTargets(conditions: unknown, insideSource = false): string[] {
  if (typeof conditions === "string")
    return insideSource && conditions.endsWith(".ts") ? [conditions] : [];
  if (typeof conditions !== "object" || conditions === null) return [];
  return Object.entries(conditions).flatMap(([condition, target]) =>
    sourceTargets(target, insideSource || condition === "glissade-source"),
  );
}
