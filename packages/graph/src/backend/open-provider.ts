import { InvalidArgumentError, UnknownNameError } from "../errors.ts";
import type { ProviderFailure } from "./backend.ts";
import { ProviderUnavailableError, RuntimeMissingError, reasonOf } from "./backend-errors.ts";

/** What a backend needs to say about its execution providers for one of a list to be opened. */
export interface ProviderOpening<Choice, Opened> {
  /** In the order in which they are tried. */
  readonly choices: readonly Choice[];
  nameOf(choice: Choice): string;
  /**
   * @throws RuntimeMissingError where the runtime itself is missing; any error where this machine
   * has no such provider.
   */
  open(choice: Choice): Promise<Opened>;
  /** How to get a provider that could not be opened. */
  adviceFor(choice: Choice, error: unknown): string | undefined;
  /** What the runtime said, for a sentence of ours. Default: `reasonOf`. */
  reasonFor?(error: unknown): string;
  /** The provider that works everywhere. */
  readonly lastResort: string;
}

/**
 * Opens the first provider of a list that this machine has, and tells why those before it were
 * passed over. For backends.
 *
 * @throws RuntimeMissingError where one runtime is missing for all of them. @throws
 * ProviderUnavailableError where none can be opened.
 */
export async function openFirstProvider<Choice, Opened>({
  choices,
  nameOf,
  open,
  adviceFor,
  reasonFor = reasonOf,
  lastResort,
}: ProviderOpening<Choice, Opened>): Promise<{
  readonly opened: Opened;
  readonly passedOver: readonly ProviderFailure[];
}> {
  const passedOver: ProviderFailure[] = [];
  const causes: unknown[] = [];
  for (const choice of choices) {
    try {
      return { opened: await open(choice), passedOver };
    } catch (error) {
      causes.push(error);
      passedOver.push({
        provider: nameOf(choice),
        reason: reasonFor(error),
        advice: adviceFor(choice, error),
      });
    }
  }
  const [first] = causes;
  if (
    RuntimeMissingError.isInstance(first) &&
    passedOver.every(({ reason }) => reason === passedOver[0]?.reason)
  )
    throw first;
  throw new ProviderUnavailableError({ reasons: passedOver, lastResort, cause: causes.at(-1) });
}

/**
 * A list of providers, checked. For backends.
 *
 * @throws InvalidArgumentError where it is empty. @throws UnknownNameError for a provider that does
 * not exist; it lists those that do.
 */
export function checkProviders<Choice>(
  choices: readonly Choice[],
  known: readonly string[],
  nameOf: (choice: Choice) => unknown,
): readonly Choice[] {
  if (!Array.isArray(choices) || choices.length === 0)
    throw new InvalidArgumentError({
      argument: "providers",
      received: choices,
      expected: `a list of one or more of ${known.join(", ")}`,
    });
  for (const choice of choices) {
    const name = nameOf(choice);
    if (!known.some((candidate) => candidate === name))
      throw new UnknownNameError({ kind: "execution provider", asked: name, known });
  }
  return choices;
}
