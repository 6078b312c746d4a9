import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { writeFolder } from "./atomic-folder.ts";
import { unpackedFolder } from "./fetch-sources.ts";
import { readJson } from "./json-file.ts";
import { type IconifyFile, iconDocument } from "./listing/iconify-file.ts";
import type { ListedPicture } from "./picture-record.ts";
import {
  halved,
  inkOf,
  type PackSide,
  packSides,
  renderBitmap,
  renderDrawing,
  renderIcon,
  renderSide,
} from "./render-picture.ts";
import { type SourceName, sourceOf } from "./sources.ts";

/** A picture of a source's packs. */
export interface RenderedPicture extends ListedPicture {
  /** Position in the packs. */
  readonly index: number;
  readonly meanColor: readonly [number, number, number];
  /** Of the smallest picture: equal for pictures that are pixel for pixel the same. */
  readonly digest: string;
}

/** What was rendered of one source: `rendered.json` beside its packs. */
export interface RenderedSource {
  /** What the packs were made from and with; another one means rendering again. */
  readonly fingerprint: string;
  readonly pictures: readonly RenderedPicture[];
  /** Files that could not be drawn, or that show nothing. */
  readonly left: readonly { readonly file: string; readonly reason: string }[];
  /** SHA-256 of each pack. */
  readonly sha256: Readonly<Record<string, string>>;
}

export interface RenderOptions {
  readonly cache: string;
  /** Where folders of packs are kept, one a source. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, all: number) => void;
  /** Called before packs are replaced. */
  readonly onChange?: () => Promise<void>;
}

/** Change it when rendering changes, so that packs are made again. */
const rendererVersion = 2;
const leastVisible = 0.01;
const inFlight = 8;

export const packName = (side: PackSide) => `rgba${side}.bin`;
const recordName = "rendered.json";

/**
 * Draws all pictures of a source into packs of premultiplied RGBA, or finds that this was done
 * before.
 */
export async function renderSource(
  name: SourceName,
  pictures: readonly ListedPicture[],
  options: RenderOptions,
): Promise<RenderedSource> {
  const { folder, cache, signal, onProgress } = options;
  const fingerprint = fingerprintOf(name, pictures);
  const target = join(folder, name);
  // none yet, or damaged
  const before = await readJson<RenderedSource>(join(target, recordName)).catch(() => undefined);
  if (before?.fingerprint === fingerprint) return before;
  await options.onChange?.();

  let record: RenderedSource | undefined;
  await writeFolder(target, async (temporary) => {
    const packs = await Promise.all(
      packSides.map((side) => openPack(join(temporary, packName(side)), side)),
    );
    try {
      const { rendered, left } = await renderInto(packs, pictures, await renderer(name, cache), {
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
      });
      const sha256 = Object.fromEntries(
        packs.map(({ side, hash }) => [packName(side), hash.digest("hex")]),
      );
      record = { fingerprint, pictures: rendered, left, sha256 };
    } finally {
      for (const { handle } of packs) await handle.close();
    }
    await writeFile(join(temporary, recordName), JSON.stringify(record));
  });
  return record as RenderedSource; // `writeFolder` has run its function or thrown
}

interface Pack {
  readonly side: PackSide;
  readonly handle: FileHandle;
  readonly hash: Hash;
}

async function openPack(path: string, side: PackSide): Promise<Pack> {
  return { side, handle: await open(path, "w"), hash: createHash("sha256") };
}

type Render = (picture: ListedPicture) => Promise<Uint8Array>;

async function renderInto(
  packs: readonly Pack[],
  pictures: readonly ListedPicture[],
  render: Render,
  options: Pick<RenderOptions, "signal" | "onProgress">,
) {
  const rendered: RenderedPicture[] = [];
  const left: { file: string; reason: string }[] = [];
  for (let start = 0; start < pictures.length; start += inFlight) {
    options.signal?.throwIfAborted();
    const some = pictures.slice(start, start + inFlight);
    const drawn = await Promise.allSettled(some.map(render));
    for (const [position, picture] of some.entries()) {
      const result = drawn[position];
      if (result?.status !== "fulfilled") {
        left.push({
          file: picture.file,
          reason: result?.reason instanceof Error ? result.reason.message : "could not be drawn",
        });
        continue;
      }
      let pixels = result.value;
      const { visible, meanColor } = inkOf(pixels);
      if (visible < leastVisible) {
        left.push({ file: picture.file, reason: "blank" });
        continue;
      }
      let digest = "";
      for (const { side, handle, hash } of packs) {
        pixels = halved(pixels, 2 * side); // 256 to 128, 128 to 64, 64 to 32
        hash.update(pixels);
        await handle.writeFile(pixels);
        digest = createHash("sha1").update(pixels).digest("base64");
      }
      rendered.push({ ...picture, index: rendered.length, meanColor, digest });
    }
    options.onProgress?.(start + some.length, pictures.length);
  }
  return { rendered, left };
}

async function renderer(name: SourceName, cache: string): Promise<Render> {
  const source = sourceOf(name);
  const folder = unpackedFolder(cache, source.package);
  if (source.layout === "clip-art") return ({ file }) => renderDrawing(join(folder, file));
  if (source.layout === "emoji-files") return ({ file }) => renderBitmap(join(folder, file));
  const icons = await readJson<IconifyFile>(join(folder, "icons.json"));
  return async ({ file }) => {
    const document = iconDocument(icons, file);
    if (!document) throw new Error(`there is no icon ${file}`);
    return renderIcon(document);
  };
}

function fingerprintOf(name: SourceName, pictures: readonly ListedPicture[]): string {
  const made = {
    package: sourceOf(name).package,
    rendererVersion,
    renderSide,
    packSides,
    leastVisible,
    versions: sharp.versions,
    pictures,
  };
  return createHash("sha256").update(JSON.stringify(made)).digest("hex");
}
