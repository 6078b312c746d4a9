import { Label, TextArea, TextField } from "react-aria-components";

export interface PromptFieldProps {
  readonly value: string;
  readonly onChange: (prompt: string) => void;
  readonly onSubmit: () => void;
  readonly label?: string;
}

/** Text in any script and direction. Enter begins, Shift+Enter makes a new line. */
export function PromptField({ value, onChange, onSubmit, label = "Prompt" }: PromptFieldProps) {
  return (
    <TextField className="prompt" value={value} onChange={onChange}>
      <Label>{label}</Label>
      <TextArea
        rows={2}
        dir="auto"
        enterKeyHint="go"
        onKeyDown={(event) => {
          // Korean and others compose with Enter
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          onSubmit();
        }}
      />
    </TextField>
  );
}
