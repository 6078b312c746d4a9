import { inspect } from "node:util";
import { UnknownNameError } from "@glissade/core";
import type { Command, Context } from "./command.ts";
import { arena } from "./commands/arena.ts";
import { convert } from "./commands/convert.ts";
import { edit } from "./commands/edit.ts";
import { evaluate } from "./commands/evaluate.ts";
import { generate } from "./commands/generate.ts";
import { info } from "./commands/info.ts";
import { inpaint } from "./commands/inpaint.ts";
import { pullCommand } from "./commands/pull.ts";
import { reproduce } from "./commands/reproduce.ts";
import { sample } from "./commands/sample.ts";
import { train } from "./commands/train.ts";
import { upscale } from "./commands/upscale.ts";
import { exitCodeOf, UsageError } from "./errors.ts";
import { table } from "./help.ts";
import { publishedModels } from "./pull/published-models.ts";
import { version } from "./version.ts";

const longestCommandLine = 16_384;

const commands: readonly Command[] = [
  generate,
  inpaint,
  edit,
  upscale,
  sample,
  reproduce,
  pullCommand(publishedModels),
  convert,
  train,
  evaluate,
  arena,
  info,
];

const overview = `${[
  "glissade: text to image with GLIDE.",
  "Usage: glissade <command> [options]",
  table(
    "Commands",
    commands.map(({ name, about }) => [name, about]),
  ),
  table("Options", [
    ["-h, --help", "Show this help; after a command's name, that command's."],
    ["--version", "Show the version."],
  ]),
  table("Exit codes", [
    ["0", "Done."],
    [
      "1",
      "It failed: no such model, a damaged file, a provider that cannot be opened, an output that cannot be written.",
    ],
    ["2", "The command line is wrong."],
    ["130", "Stopped with Ctrl-C. Nothing half-written is left."],
  ]),
  "Results go to stdout, everything else to stderr. DEBUG=glissade shows where an error comes from.",
].join("\n\n")}\n`;

/**
 * Runs the program.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code: 0, 1 for what failed, 2 for a wrong command line, 128 and its number
 * after a signal
 */
export async function main(argv: readonly string[], context: Context): Promise<number> {
  try {
    await dispatch(argv, context);
    return 0;
  } catch (error) {
    const cause: unknown = context.signal.aborted ? context.signal.reason : error;
    const text = isDebugging()
      ? inspect(error)
      : cause instanceof Error
        ? cause.message
        : String(cause);
    // a message may quote a file, and a terminal would obey its control characters
    context.stderr.write(`error: ${text.replace(/(?!\n)\p{Cc}/gu, "?")}\n`);
    return exitCodeOf(cause);
  }
}

async function dispatch([name, ...argv]: readonly string[], context: Context): Promise<void> {
  assertShort([name, ...argv].join(" "));
  if (name === undefined) throw new UsageError(`There is no command.\n\n${overview.trimEnd()}`);
  if (name === "--version") return void context.stdout.write(`${version}\n`);
  if (name === "--help" || name === "-h") return void context.stdout.write(overview);
  if (name === "help")
    return void context.stdout.write(argv[0] === undefined ? overview : commandNamed(argv[0]).help);
  await commandNamed(name).run(argv, context);
}

/**
 * ONNX Runtime 1.30 runs a recursive pattern over the process's command line when it is loaded, and
 * crashes from about 25,000 bytes. No network reads as much.
 */
function assertShort(commandLine: string): void {
  const bytes = Buffer.byteLength(commandLine);
  if (bytes > longestCommandLine)
    throw new UsageError(
      `The command line has ${bytes} bytes; at most ${longestCommandLine} are taken. Shorten the prompt: networks read about a hundred words.`,
    );
}

function commandNamed(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found) return found;
  if (/\s/.test(name))
    throw new UsageError(
      `There is no command ${JSON.stringify(name)}. For an image of it: glissade generate ${JSON.stringify(name)}`,
    );
  throw new UnknownNameError({
    kind: "command",
    asked: name,
    known: commands.map((command) => command.name),
  });
}

function isDebugging(): boolean {
  return (process.env.DEBUG ?? "").split(",").includes("glissade");
}
