import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-bin-"));
});
afterAll(() => rm(folder, { recursive: true }));

const loader = import.meta.resolve("tsx");
const bin = fileURLToPath(new URL("bin.ts", import.meta.url));

/** Starts the real program in the folder. */
function start(...argv: string[]) {
  const child = spawn(
    process.execPath,
    ["--conditions=glissade-source", "--import", loader, bin, ...argv],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (printed.stdout += text));
  child.stderr.on("data", (text) => (printed.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, printed, ended };
}

/** When the program has told of its first steps. */
const running = (child: ChildProcess) =>
  new Promise((resolve) => child.stderr?.once("data", resolve));

describe("the glissade program", () => {
  it("makes an image under a fresh name in the working directory, and prints nothing but its path", async () => {
    const { printed, ended } = start(
      "generate",
      "A red apple!",
      "--seed",
      "7",
      "--steps",
      "10",
      "--upscale",
      "10",
    );
    expect(await ended).toBe(0);
    expect(printed.stdout).toBe("a-red-apple-7.png\n");
    expect(printed.stderr).toMatch(/^step {2}1 of 20.*\nstep 20 of 20\n$/s);
    expect(await readdir(folder)).toEqual(["a-red-apple-7.png"]);
  });

  it("exits with 2 for a wrong command line", async () => {
    const { printed, ended } = start("generate", "x", "--stepz", "3");
    expect(await ended).toBe(2);
    expect(printed).toEqual({
      stdout: "",
      stderr: expect.stringContaining('Did you mean "--steps"?'),
    });
  });

  it("says how to install a package of TensorFlow.js that is missing, and exits with 1", async () => {
    const before = await readdir(folder);
    const { printed, ended } = start(
      "generate",
      "x",
      "--backend",
      "tfjs",
      "--provider",
      "node-gpu",
    );
    expect(await ended).toBe(1);
    const message =
      "error: @tensorflow/tfjs-node-gpu is not installed. Install it: npm install @tensorflow/tfjs-node-gpu\n";
    expect(printed).toEqual({ stdout: "", stderr: message });
    expect(await readdir(folder)).toEqual(before);
  });

  it.each([
    ["SIGINT", "onnx", "cpu", 130],
    ["SIGTERM", "onnx", "cpu", 143],
    ["SIGINT", "tfjs", "wasm", 130],
  ] as const)(
    "ends with %s on %s, without a half file",
    async (signal, backend, provider, code) => {
      const before = await readdir(folder);
      const run = [
        "--steps",
        "1000",
        "--sampler",
        "ddpm",
        "--backend",
        backend,
        "--provider",
        provider,
      ];
      const { child, printed, ended } = start("generate", "x", "--out", "stopped.png", ...run);
      await running(child);
      child.kill(signal);
      expect(await ended).toBe(code);
      expect(printed.stdout).toBe("");
      expect(printed.stderr).toMatch(/Stopping after this step.*error: Interrupted\.\n$/s);
      expect(await readdir(folder)).toEqual(before);
    },
  );

  // Again where a step ended just between the two requests, which the first one then stopped: no
  // test can keep the system from that.
  it("ends at once with the second request", { retry: 2 }, async () => {
    const before = await readdir(folder);
    const { child, printed, ended } = start(
      "generate",
      "x",
      "--count",
      "64",
      "--steps",
      "1000",
      "--sampler",
      "ddpm",
      "--out",
      "stopped.png",
    );
    await running(child);
    // so that both requests wait for it together: between two separate ones it could have ended by
    // the first
    child.kill("SIGSTOP");
    child.kill("SIGINT");
    child.kill("SIGTERM"); // another one: two of a kind can arrive as one
    child.kill("SIGCONT");
    // Of two that wait together the system may hand out either first; the other one ends the
    // program, without the end of a run that was stopped.
    expect([130, 143]).toContain(await ended);
    expect(printed.stdout).toBe("");
    expect(printed.stderr).not.toContain("Interrupted");
    expect(await readdir(folder)).toEqual(before);
  });
});
