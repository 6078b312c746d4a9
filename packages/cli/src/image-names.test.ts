import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageNames, slug } from "./image-names.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-names-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("imageNames", () => {
  it("numbers several images and adds a sheet", async () => {
    const out = join(folder, "a.png");
    expect(await imageNames({ out, defaultName: "x", count: 1 })).toEqual({
      images: [out],
      sheet: undefined,
    });
    expect(await imageNames({ out, defaultName: "x", count: 2 })).toEqual({
      images: [join(folder, "a-1.png"), join(folder, "a-2.png")],
      sheet: join(folder, "a-sheet.png"),
    });
    expect(
      (await imageNames({ out: join(folder, "A.PNG"), defaultName: "x", count: 1 })).images,
    ).toEqual([join(folder, "A.PNG")]);
  });

  it("takes a fresh name in a folder, and the given name where a file is named", async () => {
    await writeFile(join(folder, "x.png"), "");
    await writeFile(join(folder, "x_2-sheet.png"), "");
    expect((await imageNames({ out: folder, defaultName: "x", count: 1 })).images).toEqual([
      join(folder, "x_2.png"),
    ]);
    expect((await imageNames({ out: folder, defaultName: "x_2", count: 2 })).sheet).toBe(
      join(folder, "x_2_2-sheet.png"),
    );
    expect(
      (await imageNames({ out: join(folder, "x.png"), defaultName: "x", count: 1 })).images,
    ).toEqual([join(folder, "x.png")]);
  });

  it("makes a folder that ends with a slash", async () => {
    const { images } = await imageNames({
      out: `${join(folder, "new")}/`,
      defaultName: "x",
      count: 1,
    });
    expect(images).toEqual([join(folder, "new", "x.png")]);
    expect(await readdir(folder)).toEqual(["new"]);
    await writeFile(join(folder, "file"), "");
    await expect(
      imageNames({ out: `${join(folder, "file")}/`, defaultName: "x", count: 1 }),
    ).rejects.toThrow("cannot be made");
  });

  it("refuses other kinds of image", async () => {
    await expect(imageNames({ out: "apple.jpg", defaultName: "x", count: 1 })).rejects.toThrow(
      "ends in .png",
    );
    await expect(imageNames({ out: "apple", defaultName: "x", count: 1 })).rejects.toThrow(
      "ends in .png",
    );
  });
});

describe("slug", () => {
  it("keeps letters and digits of any script, and is never empty, long or a path", () => {
    expect(slug("A Red Apple, 3D render!")).toBe("a-red-apple-3d-render");
    expect(slug("../../etc/passwd")).toBe("etc-passwd");
    expect(slug("赤い りんご")).toBe("赤い-りんご");
    expect(slug("🍎")).toBe("image");
    expect(slug(`${"a".repeat(47)} b`)).toBe("a".repeat(47));
    expect([...slug("𝕏".repeat(500))]).toHaveLength(48);
  });
});
