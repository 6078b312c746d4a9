import { Label, Slider, SliderOutput, SliderThumb, SliderTrack } from "react-aria-components";

export interface ChoiceSliderProps {
  readonly label: string;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step?: number;
  readonly onChange: (value: number) => void;
  /** The value in words; default: as it is. */
  readonly inWords?: (value: number) => string;
  readonly isDisabled?: boolean;
}

/** A number between two, by mouse, finger or keys. */
export function ChoiceSlider({
  label,
  value,
  minimum,
  maximum,
  step = 1,
  onChange,
  inWords = String,
  isDisabled = false,
}: ChoiceSliderProps) {
  return (
    <Slider
      className="slider"
      value={value}
      minValue={minimum}
      maxValue={maximum}
      step={step}
      onChange={(next) => onChange(Number(next))}
      isDisabled={isDisabled}
    >
      <Label>{label}</Label>
      <SliderOutput>{() => inWords(value)}</SliderOutput>
      <SliderTrack className="track">
        <SliderThumb className="thumb" />
      </SliderTrack>
    </Slider>
  );
}
