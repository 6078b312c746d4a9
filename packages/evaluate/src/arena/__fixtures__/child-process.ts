import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts a program from its source. Its first line is awaited. */
export async function startProgram(program: URL, argument: string, nodeOptions: readonly string[] = []): Promise<{ readonly child: ChildProcess; readonly firstLine: string }> {
  const options = ["--conditions=glissade-source", ...nodeOptions, "--import", import.meta.resolve("tsx"), fileURLToPath(program), argument];
  const child = spawn(process.execPath, options, { stdio: ["pipe", "pipe", "pipe"] });
  const firstLine = await new Promise<string>((resolve, reject) => {
    let [printed, faults] = ["", ""];
    child.stdout.on("data", (text) => {
      printed += text;
      if (printed.includes("\n")) resolve(printed.slice(0, printed.indexOf("\n")));
    });
    child.stderr.on("data", (text) => (faults += text));
    child.once("exit", () => reject(new Error(`the program has ended: ${faults}`)));
  });
  return { child, firstLine };
}

export function exited(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once("exit", () => resolve()));
}
