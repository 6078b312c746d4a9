import { spawn } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "./workspace.ts";

export interface CommandResult {
  readonly succeeded: boolean;
  /** Standard output alone, for commands that answer in JSON. */
  readonly stdout: string;
  /** Both streams in the order of arrival, headed by the command itself. */
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end; a program that cannot be started is a failed one. */
export function runCommand(
  file: string,
  args: readonly string[],
  { cwd = repositoryRoot, env = {} }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let stdout = "";
    let output = `$ ${[file, ...args].join(" ")}\n`;
    const child = spawn(file, args, {
      cwd,
      env: { ...toolEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", (error) =>
      resolve({ succeeded: false, stdout, output: `${output}${error.message}\n` }),
    );
    child.on("close", (code, signal) => {
      const ending = code === 0 ? "" : `(${signal ? `ended by ${signal}` : `exit code ${code}`})\n`;
      resolve({ succeeded: code === 0, stdout, output: output + ending });
    });
  });
}

/** Runs a development tool that the repository installed. */
export function runTool(
  name: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult> {
  return runCommand(join(repositoryRoot, "node_modules", ".bin", name), args, options);
}

/**
 * Plain output, no telemetry, and git on a clone that belongs to another user, as it does in some
 * containers.
 */
function toolEnvironment(): NodeJS.ProcessEnv {
  const quiet = {
    NO_COLOR: "1",
    FORCE_COLOR: undefined,
    CI: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  };
  const git = {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
  };
  return { ...process.env, ...quiet, ...git };
}

/** Nothing of the repository's own way to run: no condition for sources, no loader. */
export const plainEnvironment = { NODE_OPTIONS: undefined, NODE_PATH: undefined };
