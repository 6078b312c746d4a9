import { Button, Input, Label, NumberField } from "react-aria-components";

/** Largest that is offered; the library takes any up to 2^53 - 1. */
const largestSeed = 2 ** 32 - 1;

/** The number that an image's noise comes from. */
export function SeedField({
  value,
  onChange,
  label = "Seed",
}: {
  readonly value: number;
  readonly onChange: (seed: number) => void;
  readonly label?: string;
}) {
  return (
    <NumberField
      className="seed"
      value={value}
      minValue={0}
      maxValue={largestSeed}
      formatOptions={{ useGrouping: false }}
      onChange={(seed) => onChange(Number.isFinite(seed) ? seed : 0)}
    >
      <Label>{label}</Label>
      <div className="row">
        <Input />
        <Button
          slot={null}
          className="secondary"
          aria-label={`${label}: another one`}
          onPress={() => onChange(anySeed())}
        >
          ⚄
        </Button>
      </div>
    </NumberField>
  );
}

export function anySeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}
