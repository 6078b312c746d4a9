import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Context } from "../command.ts";
import { UsageError } from "../errors.ts";
import { wrap } from "../help.ts";
import type { Terms } from "./published-models.ts";

export interface Acceptance {
  /** Whether the command line accepts them. */
  readonly accepted: boolean;
  readonly quiet: boolean;
}

/**
 * Shows a model's terms and makes sure that they are accepted: on the command line, or by an answer
 * at a terminal.
 *
 * @throws UsageError where they are not; the signal's reason where aborted
 */
export async function acceptTerms(
  { licence, paragraphs }: Terms,
  { accepted, quiet }: Acceptance,
  { stdin, stderr, signal }: Context,
): Promise<void> {
  if (accepted && quiet) return;
  stderr.write(`${paragraphs.map((paragraph) => wrap(paragraph, 0)).join("\n\n")}\n\n`);
  if (accepted) return;
  if (!stdin?.isTTY) {
    throw new UsageError(
      `The licence (${licence}) and the intended use of this model have to be accepted before it is fetched. Read them above, then run this again with --accept-licence.`,
    );
  }
  stderr.write("Do you accept the licence and the intended use? [yes/no] ");
  if (!/^\s*y(es)?\s*$/i.test(await answerAt(stdin, signal)))
    throw new UsageError("They were not accepted: nothing was fetched.");
}

/** One line; nothing where the input ends. */
async function answerAt(input: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input });
  try {
    return await Promise.race([
      lines.question("", { signal }),
      once(lines, "close", { signal }).then(() => ""),
    ]);
  } finally {
    lines.close();
  }
}
