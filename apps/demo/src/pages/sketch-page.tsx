import { useImageToImage } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { ChoiceSlider } from "../components/choice-slider.tsx";
import { ModelGate } from "../components/model-gate.tsx";
import { PromptField } from "../components/prompt-field.tsx";
import { RunStatus } from "../components/run-status.tsx";
import { anySeed } from "../components/seed-field.tsx";
import { palette } from "../drawing/palette.ts";
import { PictureChooser } from "../drawing/picture-chooser.tsx";
import { evenPicture } from "../drawing/picture-painting.ts";
import { pictureSide } from "../drawing/picture-side.ts";
import { Proposals } from "../drawing/proposals.tsx";
import { SketchEditor } from "../drawing/sketch-editor.tsx";
import { useEditHistory } from "../drawing/use-edit-history.ts";
import { useModel } from "../engine/use-model.ts";
import { usePendingRun } from "../engine/use-pending-run.ts";

/** A picture from a sketch. */
export function SketchPage() {
  const model = useModel();
  const run = useImageToImage(model.glide);
  const generate = usePendingRun(model, run);
  const editing = useEditHistory(() => evenPicture(pictureSide, palette.white));
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
        Draw roughly what you mean. The model puts noise on it and finds a picture behind the noise
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
          <PictureChooser onPicture={(picture) => editing.edit(() => picture)} />
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
          <ChoiceSlider
            label="Pictures"
            value={count}
            minimum={1}
            maximum={4}
            onChange={setCount}
          />
          <Button onPress={make} isDisabled={prompt.trim() === "" || model.status === "loading"}>
            Make {count === 1 ? "a picture" : `${count} pictures`}
          </Button>
          <RunStatus run={run} />
          {run.status === "done" ? (
            <Proposals
              images={run.images}
              name="Picture"
              onTake={(picture) => editing.edit(() => picture)}
              takeLabel="Draw on it"
            />
          ) : (
            <Proposals images={run.preview ?? []} name="Unfinished picture" />
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
