import type { CaptionFormat } from "./captions.ts";
import { plural } from "./image-folder.ts";
import { foreignImageExtensions, imageExtensions } from "./image-formats.ts";
import { innerPath } from "./inner-path.ts";
import type { ListedExample, Listing, ListingOptions } from "./listing.ts";
import { type TarMember, tarMembers } from "./tar-members.ts";
import type { SkippedFile } from "./training-data.ts";
import { printableName, reasonOf, UnusableFile } from "./unusable-file.ts";

/** The members of one key, as far as they are of use. */
interface Sample {
  image?: TarMember;
  text?: TarMember;
  record?: TarMember;
}

/**
 * A WebDataset shard: a tar in which the members `key.jpg` and `key.txt`, or `key.json`, make an
 * example.
 */
export async function listTarShard(
  path: string,
  { signal }: ListingOptions = {},
): Promise<Listing> {
  const samples = new Map<string, Sample>();
  const skipped: SkippedFile[] = [];
  const skip = (name: string | undefined, reason: string) =>
    skipped.push({ file: printableName(name === undefined ? path : `${path}/${name}`), reason });
  let members = 0;
  try {
    for await (const member of tarMembers(path, { signal })) {
      members++;
      try {
        addMember(samples, member);
      } catch (error) {
        skip(member.name, reasonOf(error));
      }
    }
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    skip(undefined, `${error.message}; what comes after that is not listed`);
  }
  const examples: ListedExample[] = [];
  for (const { image, text, record } of samples.values()) {
    if (!image) continue;
    const caption = text ?? record;
    if (!caption)
      skip(
        image.name,
        "it has no caption: there is no member of its key that ends in .txt or .json",
      );
    else {
      const format: CaptionFormat = text ? "text" : "record";
      examples.push({
        name: printableName(`${path}/${image.name}`),
        image: rangeOf(path, image),
        captions: { range: rangeOf(path, caption), format },
      });
    }
  }
  return {
    examples,
    skipped,
    found: `none of the shard's ${plural(members, "member")} is an image with a caption`,
  };
}

/**
 * @throws UnusableFile where the member cannot be part of an example although it looks like one.
 */
function addMember(samples: Map<string, Sample>, member: TarMember): void {
  const { key, extension } = memberKey(innerPath(member.name));
  if (key.startsWith(".") || key.includes("/.")) return; // hidden, as in a folder
  if (foreignImageExtensions.has(extension))
    throw new UnusableFile(`.${extension} images cannot be read`);
  const part = imageExtensions.has(extension)
    ? "image"
    : extension === "txt"
      ? "text"
      : extension === "json"
        ? "record"
        : undefined;
  if (!part) return;
  const sample = samples.get(key) ?? {};
  if (sample[part])
    throw new UnusableFile(
      `its key has another ${part === "image" ? "image" : `.${extension}`} before it, which is used`,
    );
  sample[part] = member;
  samples.set(key, sample);
}

/**
 * WebDataset splits at the first dot of the name: `a/7.seg.png` is of the key `a/7`, but not its
 * image.
 */
function memberKey(name: string): { readonly key: string; readonly extension: string } {
  const [, key = name, extension = ""] = /^((?:.*\/)?[^/]+?)\.([^/]*)$/su.exec(name) ?? [];
  return { key, extension: extension.toLowerCase() };
}

function rangeOf(path: string, { offset, length }: TarMember): ListedExample["image"] {
  return { path, part: { offset, length } };
}
