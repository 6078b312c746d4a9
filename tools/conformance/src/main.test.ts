import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const checkpoints = join(repository, "packages/core/src/weights/__fixtures__");
let root = "";

/** Runs the command as a user does. */
function conformance(
  ...args: readonly string[]
): Promise<{ code: number; lines: readonly string[]; errors: string }> {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  return new Promise((done) => {
    execFile(
      process.execPath,
      ["--conditions=glissade-source", "--import", "tsx", main, ...args],
      { cwd: repository },
      (error, stdout, stderr) => {
        done({
          code: error ? Number(error.code) : 0,
          lines: stdout.trimEnd().split("\n"),
          errors: stderr,
        });
      },
    );
  });
}

async function addFolder(path: string, manifest: object | string): Promise<void> {
  await mkdir(join(root, path), { recursive: true });
  await writeFile(
    join(root, path, "manifest.json"),
    typeof manifest === "string" ? manifest : JSON.stringify(manifest),
  );
}

async function fileEntries(...names: readonly string[]) {
  const entries = names.map(async (name) => {
    const content = await readFile(join(checkpoints, name));
    return [
      name,
      { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const nested = {
  name: "nested",
  what: "",
  file: "expected_nested.safetensors",
  extra_files: ["nested.pt"],
  tolerance: { exact: true },
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "glissade-"));
  const files = await fileEntries("nested.pt", "expected_nested.safetensors");
  const shapes = { "state_dict/a": { shape: [2], dtype: "F32" } };
  await addFolder("good/deep/g_pt_files", {
    set: "g_pt_files",
    cases: [{ ...nested, tensors: shapes }],
    files,
  });
  await addFolder("good/g_pt_files_more", { cases: [nested], files: {} });
  await addFolder("bad/altered", {
    set: "g_pt_files",
    cases: [nested],
    files: { ...files, "nested.pt": { bytes: files["nested.pt"]?.bytes, sha256: "0".repeat(64) } },
  });
  await addFolder("bad/cut", {
    set: "g_pt_files",
    cases: [nested],
    files: { ...files, "nested.pt": { bytes: 7, sha256: "0".repeat(64) } },
  });
  await addFolder("bad/missing", {
    set: "g_pt_files",
    cases: [{ ...nested, extra_files: ["none.pt"] }],
    files,
  });
  await addFolder("bad/other_shape", {
    set: "g_pt_files",
    cases: [{ ...nested, tensors: { "list/0": { shape: [3], dtype: "F32" } } }],
    files,
  });
  await addFolder("bad/wrong_values", {
    set: "g_pt_files",
    cases: [{ ...nested, extra_files: ["module_state_dict.pt"] }],
    files,
  });
  await addFolder("bad/later", {
    set: "i_metrics",
    cases: [{ name: "close", what: "" }],
    files: {},
  });
  await addFolder("bad/unknown", {
    set: "z_something",
    cases: [{ name: "one", what: "" }],
    files: {},
  });
  await addFolder("bad/z_broken", "{");
  for (const folder of [
    "good/deep/g_pt_files",
    "good/g_pt_files_more",
    "bad/altered",
    "bad/cut",
    "bad/missing",
    "bad/other_shape",
    "bad/wrong_values",
  ]) {
    for (const name of ["nested.pt", "expected_nested.safetensors", "module_state_dict.pt"])
      await copyFile(join(checkpoints, name), join(root, folder, name));
  }
});

afterAll(() => rm(root, { recursive: true }));

describe("npm run conformance", () => {
  it("finds manifests at any depth, prints a line a case and the count, and exits with 0", async () => {
    const { code, lines } = await conformance(join(root, "good"));
    expect(lines.map((line) => line.replaceAll(/ +/g, " "))).toEqual([
      "pass g_pt_files/nested 0.00e+0 0.00e+0",
      "pass g_pt_files_more/nested 0.00e+0 0.00e+0",
      "2 passed, 0 failed",
    ]);
    expect(code).toBe(0);
  });

  it("fails what it cannot run or does not trust, says why, and exits with 1", async () => {
    const { code, lines } = await conformance(join(root, "bad"));
    const reasons = lines.map((line) =>
      line.replace(/^FAIL {2}(\S+)[^(]*/, "$1 ").replaceAll(root, ""),
    );
    expect(reasons).toEqual([
      "g_pt_files/nested (/bad/altered/nested.pt does not have the SHA-256 that its manifest says)",
      "g_pt_files/nested (/bad/cut/nested.pt has 2451 bytes and its manifest says 7)",
      "i_metrics/close (no case of this kind: close)",
      "g_pt_files/nested (/bad/missing/none.pt is missing)",
      "g_pt_files/nested (expected_nested.safetensors has the shape [2] for list/0, and the manifest says [3])",
      expect.stringContaining("z_something/one (no such set; known: a_schedules, b_respacing"),
      expect.stringContaining("g_pt_files/nested (names is"),
      expect.stringContaining("z_broken/manifest.json (it cannot be read: SyntaxError"),
      "0 passed, 8 failed",
    ]);
    expect(code).toBe(1);
  });

  it("runs only the sets it is told to", async () => {
    const { code, lines } = await conformance(root, "--only", "i_metrics,h_full_size");
    expect(lines).toHaveLength(2);
    expect(code).toBe(1);
  });

  it.each([
    [["--only", "g_pt_file"], 'There is no set "g_pt_file"; known: a_schedules'],
    [["--only", "a_schedules"], "No case was run"],
    [["--speed", "9"], "Unknown option '--speed'"],
    [["--backend", "torch"], 'There is no backend "torch"; known: onnx, tfjs'],
    [
      ["--backend", "tfjs", "--provider", "cuda"],
      'There is no execution provider "cuda"; known: node-gpu',
    ],
    [["--provider", "cudaa"], 'There is no execution provider "cudaa"'],
    [["another"], "Give one folder of reference vectors; 2 were given"],
  ])("exits with 2 for %j", async (args, message) => {
    const { code, errors } = await conformance(join(root, "good"), ...args);
    expect(errors).toContain(message);
    expect(errors).toContain("--help");
    expect(code).toBe(2);
  });

  it("exits with 2 without a folder, for one that is not there, and for one without manifests", async () => {
    expect(await conformance()).toMatchObject({
      code: 2,
      errors: expect.stringContaining("0 were given"),
    });
    expect(await conformance(join(root, "none"))).toMatchObject({
      code: 2,
      errors: expect.stringContaining("cannot be read"),
    });
    await mkdir(join(root, "empty"));
    expect(await conformance(join(root, "empty"))).toMatchObject({
      code: 2,
      errors: expect.stringContaining("no manifest.json"),
    });
  });

  it("explains itself", async () => {
    const { code, lines } = await conformance("--help");
    expect(lines[0]).toBe("npm run conformance -- DIR [options]");
    expect(code).toBe(0);
  });
});
