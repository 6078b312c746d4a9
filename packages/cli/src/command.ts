import { type Arguments, type OptionTable, parseArguments } from "./arguments.ts";
import { UsageError } from "./errors.ts";
import { helpFor } from "./help.ts";

/** The world outside a command. */
export interface Context {
  /** For results only: paths, or one JSON document. */
  readonly stdout: Output;
  /** For progress, warnings and errors. */
  readonly stderr: Output;
  /** For answers, where a terminal is there to ask at. */
  readonly stdin?: Input;
  /** Aborted when the program is asked to stop. */
  readonly signal: AbortSignal;
}

export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface CommandDescription<T extends OptionTable> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly about: string;
  /** The positional arguments as help shows them, e.g. `'"<prompt>"'`. */
  readonly usage: string;
  /** How many positional arguments there may be. */
  readonly least: number;
  readonly most: number;
  /** What to do where there are fewer or more. */
  readonly hint: string;
  readonly options: T;
  /** Further paragraphs for help. */
  readonly notes?: readonly string[];
  /** Command lines that work. */
  readonly examples: readonly string[];
  readonly run: (args: Arguments<Extract<keyof T, string>>, context: Context) => Promise<void>;
}

export interface Command {
  readonly name: string;
  readonly about: string;
  readonly help: string;
  /**
   * Runs with the arguments after the command's name. Prints its help, and does nothing else, for
   * `--help`.
   */
  run(argv: readonly string[], context: Context): Promise<void>;
}

const helpOption = { help: { short: "h", about: "Show this help." } } as const;

/** A command from its description: checks the command line, and answers `--help`. */
export function command<T extends OptionTable>(description: CommandDescription<T>): Command {
  const options = { ...description.options, ...helpOption };
  const help = helpFor({ ...description, options });
  return {
    name: description.name,
    about: description.about,
    help,
    async run(argv, context) {
      const args = parseArguments(description.name, argv, options);
      if (args.has("help")) {
        context.stdout.write(help);
        return;
      }
      assertPositionals(args.positionals, description);
      // the same arguments under fewer names
      await description.run(args as Arguments<Extract<keyof T, string>>, context);
    },
  };
}

function assertPositionals(
  positionals: readonly string[],
  { name, usage, least, most, hint }: CommandDescription<OptionTable>,
): void {
  if (positionals.length >= least && positionals.length <= most) return;
  const count = positionals.length === 0 ? "nothing" : `${positionals.length} arguments`;
  throw new UsageError(`"glissade ${name}" takes ${usage} and got ${count}. ${hint}`);
}
