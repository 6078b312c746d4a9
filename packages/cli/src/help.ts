import type { OptionDescription, OptionTable } from "./arguments.ts";

const width = 100;

interface CommandHelp {
  readonly name: string;
  readonly about: string;
  readonly usage: string;
  readonly options: OptionTable;
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
}

/** The help of one command. */
export function helpFor({
  name,
  about,
  usage,
  options,
  notes = [],
  examples,
}: CommandHelp): string {
  const sections = [
    about,
    `Usage: glissade ${name} ${usage} [options]`,
    table(
      "Options",
      Object.entries(options).map(([option, description]) => [
        optionLabel(option, description),
        description.about,
      ]),
    ),
    ...notes.map((note) => wrap(note, 0)),
    ["Examples", ...examples.map((example) => `  ${example}`)].join("\n"),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** A heading and rows of two columns; the second is wrapped. */
export function table(
  heading: string,
  rows: readonly (readonly [label: string, text: string])[],
): string {
  const indent = Math.max(...rows.map(([label]) => label.length)) + 4;
  return [
    heading,
    ...rows.map(([label, text]) => `  ${label.padEnd(indent - 2)}${wrap(text, indent)}`),
  ].join("\n");
}

function optionLabel(name: string, { value, short }: OptionDescription): string {
  return `${short ? `-${short}, ` : ""}--${name}${value === undefined ? "" : ` ${value}`}`;
}

/** Breaks a text into lines of at most `width` columns, of which all but the first are indented. */
export function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
