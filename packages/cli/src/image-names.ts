import { mkdir, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { faultOf, OutputError } from "./errors.ts";

/** Where the images of one run go. */
export interface ImageNames {
  readonly images: readonly string[];
  /** The sheet with all of them; undefined for a single one. */
  readonly sheet: string | undefined;
}

/**
 * The files of a run of `count` images: `out` itself where it is a PNG file's name, else
 * `defaultName` in the folder `out`, with a number behind it where that name is taken. Several
 * images get `-1`, `-2`, ... and a `-sheet` with all.
 *
 * @param out a file (overwritten where it exists) or a folder (made where it ends with a slash and
 * does not exist); the working directory where left out
 * @throws InvalidArgumentError for a name that is neither; OutputError for a folder that cannot be
 * made
 */
export async function imageNames({
  out,
  defaultName,
  count,
}: {
  out: string | undefined;
  defaultName: string;
  count: number;
}): Promise<ImageNames> {
  const folder = out === undefined ? "" : await asFolder(out);
  // asFolder gives undefined for a file's name only
  if (folder === undefined) return numbered(out as string, count);
  for (let attempt = 1; ; attempt++) {
    const names = numbered(
      join(folder, `${defaultName}${attempt === 1 ? "" : `_${attempt}`}.png`),
      count,
    );
    if (!(await anyExists([...names.images, ...(names.sheet === undefined ? [] : [names.sheet])])))
      return names;
  }
}

/**
 * A file name that tells what was asked for: letters and digits of the prompt in lower case, at
 * most 48 characters.
 */
export function slug(prompt: string): string {
  const words =
    prompt
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const joined = [...words.join("-")].slice(0, 48).join("").replace(/-$/, "");
  return joined || "image";
}

function numbered(file: string, count: number): ImageNames {
  if (count === 1) return { images: [file], sheet: undefined };
  const base = file.slice(0, -".png".length);
  return {
    images: Array.from({ length: count }, (_, k) => `${base}-${k + 1}.png`),
    sheet: `${base}-sheet.png`,
  };
}

/** The folder that `out` means; undefined where it means a file. */
async function asFolder(out: string): Promise<string | undefined> {
  if ((await stat(out).catch(() => undefined))?.isDirectory()) return out;
  if (out.endsWith("/") || out.endsWith(sep)) {
    await mkdir(out, { recursive: true }).catch((cause: unknown) => {
      throw new OutputError(
        `The folder ${out} cannot be made (${faultOf(cause)}). Choose another place with --out.`,
        { cause },
      );
    });
    return out;
  }
  if (extname(out).toLowerCase() === ".png") return undefined;
  throw new InvalidArgumentError({
    argument: "--out",
    received: out,
    expected:
      "a file that ends in .png, or a folder (with a slash at its end where it does not exist yet)",
  });
}

async function anyExists(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
