import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertWritable, writeFiles, writeFolder } from "./atomic-file.ts";
import { OutputError } from "./errors.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = Uint8Array.of(1, 2, 3);

describe("writeFiles", () => {
  it("replaces files and leaves nothing else", async () => {
    await writeFile(join(folder, "a"), "old");
    await writeFiles(["a", "b"].map((name) => ({ path: join(folder, name), bytes })));
    expect(await readdir(folder)).toEqual(["a", "b"]);
    expect(new Uint8Array(await readFile(join(folder, "a")))).toEqual(bytes);
  });

  it("writes none where one cannot be written", async () => {
    const files = [join(folder, "a"), join(folder, "missing", "b")].map((path) => ({
      path,
      bytes,
    }));
    await expect(writeFiles(files)).rejects.toThrow(/b cannot be written \(ENOENT\)/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("writes none where it is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(writeFiles([{ path: join(folder, "a"), bytes }], signal)).rejects.toThrow(
      "enough",
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("assertWritable", () => {
  it("leaves no trace where it can be written", async () => {
    await assertWritable(join(folder, "a"));
    expect(await readdir(folder)).toEqual([]);
  });

  it("tells why not", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(assertWritable(folder)).rejects.toThrow("is a folder");
    await expect(assertWritable(join(folder, "file", "a"))).rejects.toThrow(
      "A part of the path is a file.",
    );
    await expect(assertWritable(join(folder, "none", "a"))).rejects.toThrow(OutputError);
    await expect(assertWritable(join(folder, "a".repeat(300)))).rejects.toThrow("too long");
  });
});

describe("writeFolder", () => {
  it("shows the folder when it is complete, in place of the old one", async () => {
    const path = join(folder, "model");
    await mkdir(path);
    await writeFile(join(path, "old"), "");
    await writeFolder(path, async (temporary) => {
      await writeFile(join(temporary, "new"), "");
      expect(await readdir(path)).toEqual(["old"]);
    });
    expect(await readdir(folder)).toEqual(["model"]);
    expect(await readdir(path)).toEqual(["new"]);
  });

  it("leaves everything as it was where filling it fails", async () => {
    const path = join(folder, "model");
    await mkdir(path);
    await writeFile(join(path, "old"), "");
    const failing = writeFolder(path, async (temporary) => {
      await writeFile(join(temporary, "half"), "");
      throw new Error("the disk is full");
    });
    await expect(failing).rejects.toThrow("the disk is full");
    expect(await readdir(folder)).toEqual(["model"]);
    expect(await readdir(path)).toEqual(["old"]);
  });
});
