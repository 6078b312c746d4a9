import { readFile } from "node:fs/promises";
import { InvalidArgumentError } from "@glissade/core";
import type { KnownThings } from "./known-things.ts";

/** What is asked for, and what the image should show: null where that is nothing that is judged. */
export interface JudgedPrompt {
  readonly prompt: string;
  readonly thing: string | null;
}

/** Reads a list of prompts. @throws InvalidArgumentError where it has another form */
export async function readPrompts(path: string): Promise<JudgedPrompt[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw notPrompts(path, "no file that can be read", cause);
  });
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw notPrompts(path, "no JSON", cause);
  }
  if (!Array.isArray(list) || list.length === 0 || !list.every(isPrompt))
    throw notPrompts(path, "other JSON");
  return list;
}

function notPrompts(argument: string, received: string, cause?: unknown): InvalidArgumentError {
  const expected = 'a list such as [{ "prompt": "a taxi", "thing": "taxi" }]';
  return new InvalidArgumentError({ argument, received, expected, cause });
}

function isPrompt(entry: unknown): entry is JudgedPrompt {
  if (typeof entry !== "object" || entry === null) return false;
  if (!("prompt" in entry && "thing" in entry)) return false;
  const isThing = entry.thing === null || typeof entry.thing === "string";
  return isThing && typeof entry.prompt === "string" && entry.prompt.trim() !== "";
}

/** The number of each prompt's thing. @throws UnknownThingError for one that the judge lacks */
export function answersTo(
  prompts: readonly JudgedPrompt[],
  known: KnownThings,
): (number | undefined)[] {
  return prompts.map(({ thing }) => (thing === null ? undefined : known.numberOf(thing)));
}
