import type { RgbImage } from "@glissade/core";
import { useState } from "react";
import { Button, Label, Radio, RadioGroup } from "react-aria-components";
import { ChoiceSlider } from "../components/choice-slider.tsx";
import type { Segment } from "./brush.ts";
import { type ExampleSketch, exampleSketches } from "./example-sketches.ts";
import { evenImage, fillArea, paintImage } from "./image-painting.ts";
import { type ColorName, cssColor, isColorName, palette } from "./palette.ts";
import { StrokeCanvas } from "./stroke-canvas.tsx";
import { UndoButtons } from "./undo-buttons.tsx";
import type { Editing } from "./use-edit-history.ts";

export interface SketchEditorProps {
  readonly editing: Editing<RgbImage>;
  /** An example was taken: its prompt goes with it. */
  readonly onExample: (example: ExampleSketch) => void;
}

/** A sheet, a brush and some colours. */
export function SketchEditor({ editing, onExample }: SketchEditorProps) {
  const [color, setColor] = useState<ColorName>("red");
  const [radius, setRadius] = useState(8);
  const [tool, setTool] = useState<"brush" | "fill">("brush");
  const { present: sketch, edit } = editing;
  const draw = (segment: Segment, isNew: boolean) => {
    if (tool === "brush") edit((now) => paintImage(now, segment, palette[color]), isNew);
    else if (isNew) edit((now) => fillArea(now, segment.from, palette[color]));
  };
  return (
    <div>
      <StrokeCanvas image={sketch} label="Your sketch" radius={radius} onStroke={draw} />
      <RadioGroup
        className="choices swatches"
        value={color}
        onChange={(next) => isColorName(next) && setColor(next)}
        orientation="horizontal"
      >
        <Label>Colour: {color}</Label>
        {Object.entries(palette).map(([name, rgb]) => (
          <Radio key={name} value={name} aria-label={name} style={{ background: cssColor(rgb) }} />
        ))}
      </RadioGroup>
      <RadioGroup
        className="choices"
        value={tool}
        onChange={(next) => setTool(next === "fill" ? "fill" : "brush")}
        orientation="horizontal"
      >
        <Label>Tool</Label>
        <Radio value="brush">Brush</Radio>
        <Radio value="fill">Fill an area</Radio>
      </RadioGroup>
      <ChoiceSlider
        label="Brush size"
        value={2 * radius}
        minimum={2}
        maximum={48}
        step={2}
        onChange={(width) => setRadius(width / 2)}
      />
      <div className="row tools">
        <UndoButtons editing={editing} />
        <Button
          className="secondary"
          onPress={() => edit((now) => evenImage(now.width, palette[color]))}
        >
          Whole sheet in {color}
        </Button>
        <Button
          className="secondary"
          onPress={() => edit((now) => evenImage(now.width, palette.white))}
        >
          Clear
        </Button>
      </div>
      <fieldset className="chips">
        <legend>Examples</legend>
        {exampleSketches.map((example) => (
          <Button key={example.name} onPress={() => onExample(example)}>
            {example.name}
          </Button>
        ))}
      </fieldset>
    </div>
  );
}
