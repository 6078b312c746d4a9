import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  assertFileWritable,
  fillFileAtomically,
  fillFolderAtomically,
  OutputFileError,
  removeUnfinished,
  systemFault,
  writeFileAtomically,
  writeFilesAtomically,
  writingAdvice,
} from "../files.node.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-files-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
}

describe("writeFilesAtomically", () => {
  it("writes into new folders, replaces earlier files, and leaves the others", async () => {
    await writeFile(join(folder, "a.txt"), "before");
    await writeFile(join(folder, "other.txt"), "mine");
    const files = [
      { path: join(folder, "a.txt"), contents: "after" },
      { path: join(folder, "deep", "er", "b.bin"), contents: Uint8Array.of(1, 2) },
    ];
    await writeFilesAtomically(files, { makeFolders: true });
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("after");
    expect([...(await readFile(join(folder, "deep", "er", "b.bin")))]).toEqual([1, 2]);
    expect(await filesIn(folder)).toEqual(["a.txt", "b.bin", "other.txt"]);
  });

  it("writes none if one cannot be written, and names that one", async () => {
    const path = join(folder, "missing", "b");
    const writing = writeFilesAtomically([
      { path: join(folder, "a"), contents: "a" },
      { path, contents: "b" },
    ]);
    await expect(writing).rejects.toThrow(OutputFileError);
    await expect(writing).rejects.toMatchObject({ path, fault: "ENOENT" });
    await expect(writing).rejects.toThrow(
      "b cannot be written (ENOENT). The folder does not exist: make it first.",
    );
    expect(await filesIn(folder)).toEqual([]);
  });

  it("cleans up if there is a folder of the file's name", async () => {
    await mkdir(join(folder, "a.txt", "full"), { recursive: true });
    await expect(writeFileAtomically(join(folder, "a.txt"), "a")).rejects.toThrow(
      "a.txt cannot be written (EISDIR). A folder of that name exists: choose another name.",
    );
    expect(await filesIn(folder)).toEqual([]);
  });

  it.each([1, 2, 3])(
    "writes no file when aborted at check %i, and the earlier one stays",
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
      const writing = writeFilesAtomically(files, { signal: controller.signal });
      await expect(writing).rejects.toBe(reason);
      expect(checks).toBe(last);
      expect(await filesIn(folder)).toEqual(["a.txt"]);
      expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("before");
    },
  );
});

describe("fillFileAtomically", () => {
  it("shows the file when it is complete, and nothing of one that fails", async () => {
    const path = join(folder, "a");
    await fillFileAtomically(path, (temporary) => writeFile(temporary, "whole"));
    const failing = fillFileAtomically(path, async (temporary) => {
      await writeFile(temporary, "half");
      throw new Error("enough");
    });
    await expect(failing).rejects.toThrow("enough");
    expect(await readFile(path, "utf8")).toBe("whole");
    expect(await filesIn(folder)).toEqual(["a"]);
  });
});

describe("fillFolderAtomically", () => {
  it("shows the folder when it is complete, in place of the earlier one", async () => {
    const path = join(folder, "model");
    await mkdir(path);
    await writeFile(join(path, "old"), "");
    await fillFolderAtomically(path, async (temporary) => {
      await writeFile(join(temporary, "new"), "");
      expect(await readdir(path)).toEqual(["old"]);
    });
    expect(await readdir(folder)).toEqual(["model"]);
    expect(await readdir(path)).toEqual(["new"]);
  });

  it("leaves everything as it was if filling it fails or is aborted", async () => {
    const path = join(folder, "model");
    await mkdir(path);
    await writeFile(join(path, "old"), "");
    const failing = fillFolderAtomically(path, async (temporary) => {
      await writeFile(join(temporary, "half"), "");
      throw new Error("the disk is full");
    });
    await expect(failing).rejects.toThrow("the disk is full");
    const controller = new AbortController();
    const aborted = fillFolderAtomically(
      path,
      async () => controller.abort(new Error("enough")),
      controller,
    );
    await expect(aborted).rejects.toThrow("enough");
    expect(await readdir(folder)).toEqual(["model"]);
    expect(await readdir(path)).toEqual(["old"]);
  });
});

describe("assertFileWritable", () => {
  it("leaves no trace if the file can be written", async () => {
    await assertFileWritable(join(folder, "a"));
    expect(await readdir(folder)).toEqual([]);
  });

  it("says why a file cannot be written, and what to do", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(assertFileWritable(folder)).rejects.toThrow("choose another name");
    await expect(assertFileWritable(join(folder, "file", "a"))).rejects.toThrow(
      "A part of the path is a file.",
    );
    await expect(assertFileWritable(join(folder, "none", "a"))).rejects.toThrow(OutputFileError);
    await expect(assertFileWritable(join(folder, "a".repeat(300)))).rejects.toThrow("too long");
  });
});

describe("a program that ends while it writes", () => {
  const door = fileURLToPath(new URL("../files.node.ts", import.meta.url));

  it.each([
    ["a signal", "setInterval(() => {}, 1000);", "SIGINT"],
    ["its own exit", "process.exit(3);", 3],
  ] as const)("leaves nothing half-written after %s", async (_, rest, expected) => {
    const program = `
      import { mkdirSync, writeFileSync } from "node:fs";
      import { fillFolderAtomically } from ${JSON.stringify(door)};
      fillFolderAtomically(${JSON.stringify(join(folder, "model"))}, async (temporary) => {
        writeFileSync(temporary + "/half", "half");
        process.stdout.write("writing");
        ${rest}
        await new Promise(() => {});
      });`;
    const child = spawn(
      process.execPath,
      ["--conditions=glissade-source", "--import=tsx", "--input-type=module", "-e", program],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    child.stdout.once("data", () => {
      if (expected === "SIGINT") child.kill("SIGINT");
    });
    const ended = await new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ?? code));
    });
    expect(ended).toBe(expected);
    expect(await readdir(folder)).toEqual([]);
  });

  it("has what a killed one left removed on request, and nothing else", async () => {
    await writeFile(join(folder, ".a.0b8e.part"), "half");
    await mkdir(join(folder, ".model.0b8e.part", "base"), { recursive: true });
    await writeFile(join(folder, "b.part"), "not ours");
    await removeUnfinished(folder);
    expect(await readdir(folder)).toEqual(["b.part"]);
    await removeUnfinished(join(folder, "missing"));
    expect((await stat(folder)).isDirectory()).toBe(true);
  });
});

describe("the system's faults", () => {
  it("are found inside the errors that wrap them, and each has advice", () => {
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    expect(systemFault(new Error("saving failed", { cause: full }))).toBe("ENOSPC");
    expect(systemFault(Object.assign(new Error(), { code: "ERR_INVALID_ARG" }))).toBeUndefined();
    expect(systemFault("ENOSPC")).toBeUndefined();
    for (const fault of ["ENOSPC", "EACCES", "EROFS", "EISDIR", "ENOENT"])
      expect(writingAdvice(fault)).not.toBe(writingAdvice(undefined));
    expect(writingAdvice("EIO", "Choose another disk.")).toBe("Choose another disk.");
  });
});
