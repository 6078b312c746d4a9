import { useImageToImage } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { ChoiceSlider } from "../components/choice-slider.tsx";
import { ModelGate } from "../components/model-gate.tsx";
import { PromptField } from "../components/prompt-field.tsx";
import { RunStatus } from "../components/run-status.tsx";
import { anySeed } from "../components/seed-field.tsx";
import { ImageChooser } from "../drawing/image-chooser.tsx";
import { evenImage } from "../drawing/image-painting.ts";
import { imageSide } from "../drawing/image-side.ts";
import { palette } from "../drawing/palette.ts";
import { Proposals } from "../drawing/proposals.tsx";
import { SketchEditor } from "../drawing/sketch-editor.tsx";
import { useEditHistory } from "../drawing/use-edit-history.ts";
import { useModel } from "../engine/use-model.ts";
import { usePendingRun } from "../engine/use-pending-run.ts";

/** An image from a sketch. */
export function SketchPage() {
  const model = useModel();
  const run = useImageToImage(model.glide);
  const generate = usePendingRun(model, run);
  const editing = useEditHistory(() => evenImage(imageSide, palette.white));
  const [prompt, setPrompt] = useState("red apple, 3d render");
  const [strength, setStrength] = useState(0.7);
  const [count, setCount] = useState(2);

  const make = () => {
    if (prompt.trim() !== "")
      generate({ image: editing.present, prompt, strength, count, seed: anySeed() });
  };

  return (
    <>
      <h1>Sketch</h1>
      <p className="lead">
        Draw roughly what you mean. The model puts noise on it and finds an image behind the noise
        that fits the prompt.
      </p>
      <ModelGate model={model} />
      <div className="columns">
        <section className="card" aria-labelledby="sketch-heading">
          <h2 id="sketch-heading">Your sketch</h2>
          <SketchEditor
            editing={editing}
            onExample={(example) => {
              editing.edit(({ width }) => example.draw(width));
              setPrompt(example.prompt);
            }}
          />
          <ImageChooser onImage={(image) => editing.edit(() => image)} />
        </section>
        <section className="card" aria-labelledby="sketched-heading">
          <h2 id="sketched-heading">What becomes of it</h2>
          <PromptField value={prompt} onChange={setPrompt} onSubmit={make} />
          <ChoiceSlider
            label="Strength"
            value={strength}
            minimum={0}
            maximum={1}
            step={0.05}
            onChange={setStrength}
            inWords={strengthInWords}
          />
          <ChoiceSlider label="Images" value={count} minimum={1} maximum={4} onChange={setCount} />
          <Button onPress={make} isDisabled={prompt.trim() === "" || model.status === "loading"}>
            Make {count === 1 ? "an image" : `${count} images`}
          </Button>
          <RunStatus run={run} />
          {run.status === "done" ? (
            <Proposals
              images={run.images}
              name="Image"
              onTake={(image) => editing.edit(() => image)}
              takeLabel="Draw on it"
            />
          ) : (
            <Proposals images={run.preview ?? []} name="Unfinished image" />
          )}
        </section>
      </div>
    </>
  );
}

function strengthInWords(strength: number): string {
  const meaning =
    strength <= 0.35
      ? "stays close to the sketch"
      : strength <= 0.75
        ? "keeps its forms"
        : "keeps next to nothing";
  return `${strength.toFixed(2)}, ${meaning}`;
}
