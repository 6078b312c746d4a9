import { Button, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { styleWords } from "../../images/style-words.ts";

const examples = [
  "red apple",
  "panda face",
  "butterfly",
  "cactus",
  "slice of pizza",
  "guitar",
  "rocket",
  "sunflower",
];

/** Things to ask for, and the styles that the model knows. */
export function PromptHelp({
  prompt,
  onChange,
}: {
  readonly prompt: string;
  readonly onChange: (prompt: string) => void;
}) {
  const style = styleOf(prompt);
  const thing = withoutStyle(prompt);
  return (
    <>
      <fieldset className="chips">
        <legend>Examples</legend>
        {examples.map((example) => (
          <Button key={example} onPress={() => onChange(withStyle(example, style))}>
            {example}
          </Button>
        ))}
      </fieldset>
      <ToggleButtonGroup
        className="chips"
        aria-label="Style"
        selectionMode="single"
        selectedKeys={style ? [style] : []}
        onSelectionChange={(keys) => onChange(withStyle(thing, String([...keys][0] ?? "")))}
      >
        {styleWords.map((word) => (
          <ToggleButton key={word} id={word}>
            {word}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </>
  );
}

function styleOf(prompt: string): string {
  return styleWords.find((word) => prompt.endsWith(`, ${word}`)) ?? "";
}

function withoutStyle(prompt: string): string {
  const style = styleOf(prompt);
  return style ? prompt.slice(0, -style.length - 2) : prompt;
}

function withStyle(thing: string, style: string): string {
  return style ? `${thing}, ${style}` : thing;
}
