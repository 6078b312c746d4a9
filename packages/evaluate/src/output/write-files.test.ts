import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { OutputFileError } from "./output-file-error.ts";
import { writeFiles } from "./write-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-files-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe("writeFiles", () => {
  it("writes into new folders, in place of earlier files, and leaves the others", async () => {
    await writeFile(join(folder, "a.txt"), "before");
    await writeFile(join(folder, "other.txt"), "mine");
    await writeFiles([
      { path: join(folder, "a.txt"), contents: "after" },
      { path: join(folder, "deep", "er", "b.bin"), contents: Uint8Array.of(1, 2) },
    ]);
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("after");
    expect([...(await readFile(join(folder, "deep", "er", "b.bin")))]).toEqual([1, 2]);
    expect((await filesIn(folder)).toSorted()).toEqual(["a.txt", "b.bin", "other.txt"]);
  });

  it("leaves no file where one cannot be written, and names it", async () => {
    await writeFile(join(folder, "file"), "");
    const path = join(folder, "file", "b.txt");
    const writing = writeFiles([
      { path: join(folder, "a.txt"), contents: "a" },
      { path, contents: "b" },
    ]);
    await expect(writing).rejects.toThrow(OutputFileError);
    await expect(writing).rejects.toMatchObject({
      path,
      cause: { code: expect.stringMatching(/ENOTDIR|EEXIST/) },
    });
    expect(await filesIn(folder)).toEqual(["file"]);
  });

  it("cleans up where a folder stands in a file's place", async () => {
    await mkdir(join(folder, "a.txt", "full"), { recursive: true });
    await expect(writeFiles([{ path: join(folder, "a.txt"), contents: "a" }])).rejects.toThrow(
      "a.txt cannot be written",
    );
    expect(await filesIn(folder)).toEqual([]);
  });

  it.each([1, 2, 3])(
    "leaves no file when aborted at check %i, and what was there before stays",
    async (last) => {
      await writeFile(join(folder, "a.txt"), "before");
      const controller = new AbortController();
      const reason = new Error("enough");
      const check = controller.signal.throwIfAborted.bind(controller.signal);
      let checks = 0;
      controller.signal.throwIfAborted = () => {
        if (++checks === last) controller.abort(reason);
        check();
      };
      const files = ["a.txt", "b.txt"].map((name) => ({
        path: join(folder, name),
        contents: "after",
      }));
      await expect(writeFiles(files, controller.signal)).rejects.toBe(reason);
      expect(checks).toBe(last);
      expect(await filesIn(folder)).toEqual(["a.txt"]);
      expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("before");
    },
  );
});
