import type { Mask, RgbImage } from "@glissade/core";
import { useMemo, useState } from "react";
import { Button, Label, Radio, RadioGroup } from "react-aria-components";
import { ChoiceSlider } from "../components/choice-slider.tsx";
import {
  addPreset,
  evenMask,
  invertMask,
  type MaskPreset,
  maskPresets,
  paintMask,
  showMask,
  softenMask,
} from "./mask-painting.ts";
import { StrokeCanvas } from "./stroke-canvas.tsx";
import { UndoButtons } from "./undo-buttons.tsx";
import type { Editing } from "./use-edit-history.ts";

export interface MaskEditorProps {
  readonly image: RgbImage;
  readonly editing: Editing<Mask>;
  /** Pixels over which the mask's edge falls off. */
  readonly softness: number;
  readonly onSoftness: (pixels: number) => void;
}

/** An image, and a brush that says which part of it is to be made anew. */
export function MaskEditor({ image, editing, softness, onSoftness }: MaskEditorProps) {
  const [radius, setRadius] = useState(10);
  const [tool, setTool] = useState<"paint" | "erase">("paint");
  const { present: mask, edit } = editing;
  const shown = useMemo(() => showMask(image, softenMask(mask, softness)), [image, mask, softness]);
  return (
    <div className="columns">
      <StrokeCanvas
        image={shown}
        label="The image; what is striped will be made anew"
        radius={radius}
        onStroke={(segment, isNew) => edit((now) => paintMask(now, segment, tool), isNew)}
      />
      <div>
        <RadioGroup
          className="choices"
          value={tool}
          onChange={(next) => setTool(next === "erase" ? "erase" : "paint")}
          orientation="horizontal"
        >
          <Label>Brush</Label>
          <Radio value="paint">Mask</Radio>
          <Radio value="erase">Erase</Radio>
        </RadioGroup>
        <ChoiceSlider
          label="Brush size"
          value={2 * radius}
          minimum={2}
          maximum={64}
          step={2}
          onChange={(width) => setRadius(width / 2)}
          inWords={inPixels}
        />
        <ChoiceSlider
          label="Soft edge"
          value={softness}
          minimum={0}
          maximum={16}
          onChange={onSoftness}
          inWords={inPixels}
        />
        <div className="row tools">
          <UndoButtons editing={editing} />
          <Button className="secondary" onPress={() => edit(evenMask)}>
            Clear
          </Button>
          <Button className="secondary" onPress={() => edit(invertMask)}>
            Invert
          </Button>
        </div>
        <fieldset className="chips">
          <legend>Mask at one press</legend>
          {Object.keys(maskPresets).map((name) => (
            <Button
              key={name}
              onPress={() => edit((now) => addPreset(now, name as MaskPreset))}
              aria-label={`Mask ${name}`}
            >
              {name}
            </Button>
          ))}
        </fieldset>
      </div>
    </div>
  );
}

function inPixels(pixels: number): string {
  return pixels === 1 ? "1 pixel" : `${pixels} pixels`;
}
