import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, type RgbImage, rgbImage } from "@glissade/core";
import { OutputFileError } from "@glissade/core/files";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNpz, writeNpz } from "./npz.ts";
import { SampleFileError } from "./sample-file-error.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-npz-"));
});
afterAll(() => rm(folder, { recursive: true }));

/**
 * Written by NumPy 2.4.6: savez(arr_0=uint8 [2, 1, 2, 3] of 0 to 11); the same with
 * savez_compressed; savez(np.array([{"a": 1}], dtype=object)); savez(float32 [1, 1, 1, 3]).
 */
const fromNumpy = (name: string) => new URL(`./__fixtures__/${name}.npz`, import.meta.url).pathname;

const images = (count: number, width = 5, height = 4): RgbImage[] =>
  Array.from({ length: count }, (_, k) =>
    rgbImage(
      width,
      height,
      Uint8Array.from({ length: width * height * 3 }, (_, i) => (31 * k + 7 * i) % 256),
    ),
  );

async function readAll(path: string, batchSize = 2): Promise<RgbImage[]> {
  const all: RgbImage[] = [];
  for await (const batch of (await openNpz(path)).batches({ batchSize })) all.push(...batch);
  return all;
}

describe("openNpz", () => {
  it.each(["saved", "compressed"])("reads what NumPy writes: %s", async (name) => {
    const { count, width, height } = await openNpz(fromNumpy(name));
    expect({ count, width, height }).toEqual({ count: 2, width: 2, height: 1 });
    expect((await readAll(fromNumpy(name))).map(({ data }) => [...data])).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
    ]);
  });

  it("refuses Python objects, which are a pickle, and does not run it", async () => {
    await expect(openNpz(fromNumpy("objects"))).rejects.toThrow(
      "Python objects, a pickle, which is refused and not run",
    );
  });

  it("refuses numbers that are no bytes, and archives without images", async () => {
    await expect(openNpz(fromNumpy("floats"))).rejects.toThrow(
      "numbers of type <f4, expected bytes",
    );
    await expect(openNpz(fromNumpy("other-name"))).rejects.toThrow(
      'no array "arr_0" (it has mu.npy)',
    );
  });

  it("refuses a file cut short anywhere, with what was expected", async () => {
    const path = join(folder, "whole.npz");
    await writeNpz(path, [images(3)], { count: 3, width: 5, height: 4 });
    const bytes = await readFile(path);
    for (const length of [0, 1, 40, 100, 200, bytes.length - 30, bytes.length - 1]) {
      const cut = join(folder, "cut.npz");
      await writeFile(cut, bytes.subarray(0, length));
      const error = await readAll(cut).catch((error: unknown) => error);
      expect(
        SampleFileError.isInstance(error),
        `${length} of ${bytes.length} bytes: ${error}`,
      ).toBe(true);
      expect(String(error)).toContain("np.savez");
    }
  });

  it("notices a flipped bit by the checksum, and a shape that does not fit the bytes", async () => {
    const path = join(folder, "damaged.npz");
    await writeNpz(path, [images(3, 250, 240)], { count: 3, width: 250, height: 240 });
    const bytes = await readFile(path);
    const flipped = Uint8Array.from(bytes);
    flipped[200] = (flipped[200] ?? 0) ^ 1;
    await writeFile(path, flipped);
    await expect(readAll(path)).rejects.toThrow("cannot be unpacked");
    await writeFile(
      path,
      Buffer.from(
        bytes.toString("latin1").replace("(3, 240, 250, 3)", "(9, 240, 250, 3)"),
        "latin1",
      ),
    );
    await expect(readAll(path)).rejects.toThrow(
      "has the shape (9, 240, 250, 3) and gives it 540000 bytes",
    );
  });

  it("says which file is missing", async () => {
    await expect(openNpz(join(folder, "none.npz"))).rejects.toThrow("none.npz cannot be opened");
  });
});

describe("writeNpz", () => {
  it.each([false, true])(
    "gives back the images that were written, in batches of any size: compressed %s",
    async (compress) => {
      const path = join(folder, "round-trip.npz");
      const all = images(7);
      await writeNpz(path, [all.slice(0, 3), all.slice(3)], {
        count: 7,
        width: 5,
        height: 4,
        compress,
      });
      for (const batchSize of [1, 3, 64]) expect(await readAll(path, batchSize)).toEqual(all);
    },
  );

  it("writes the same file for the same images", async () => {
    const [a, b] = [join(folder, "a.npz"), join(folder, "b.npz")];
    for (const path of [a, b]) await writeNpz(path, [images(2)], { count: 2, width: 5, height: 4 });
    expect(await readFile(a)).toEqual(await readFile(b));
  });

  it("leaves nothing behind where the images do not fit, or it is stopped", async () => {
    const empty = await mkdtemp(join(folder, "empty-"));
    const path = join(empty, "x.npz");
    const size = { width: 5, height: 4 };
    await expect(writeNpz(path, [images(2)], { ...size, count: 3 })).rejects.toThrow(
      InvalidArgumentError,
    );
    await expect(
      writeNpz(path, [images(1), images(1, 4, 4)], { ...size, count: 2 }),
    ).rejects.toThrow("one of 4x4");
    await expect(
      writeNpz(path, [images(1)], {
        ...size,
        count: 1,
        signal: AbortSignal.abort(new Error("enough")),
      }),
    ).rejects.toThrow("enough");
    expect(await readdir(empty)).toEqual([]);
    const error = await writeNpz(join(empty, "none", "x.npz"), [images(1)], {
      ...size,
      count: 1,
    }).catch((error: unknown) => error);
    expect(OutputFileError.isInstance(error) && error.message).toContain(
      "x.npz cannot be written (ENOENT",
    );
  });
});
