import type { RgbImage } from "@glissade/core";
import { useInpaint } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { ModelGate } from "../components/model-gate.tsx";
import { PromptField } from "../components/prompt-field.tsx";
import { RunStatus } from "../components/run-status.tsx";
import { anySeed } from "../components/seed-field.tsx";
import { FirstPicture } from "../drawing/first-picture.tsx";
import { MaskEditor } from "../drawing/mask-editor.tsx";
import { evenMask, isBlank, softenMask } from "../drawing/mask-painting.ts";
import { pictureSide } from "../drawing/picture-side.ts";
import { Proposals } from "../drawing/proposals.tsx";
import { useEditHistory } from "../drawing/use-edit-history.ts";
import { useModel } from "../engine/use-model.ts";
import { usePendingRun } from "../engine/use-pending-run.ts";

/** A part of a picture anew. */
export function InpaintPage() {
  const model = useModel();
  const run = useInpaint(model.glide);
  const generate = usePendingRun(model, run);
  const [picture, setPicture] = useState<RgbImage>();
  const [prompt, setPrompt] = useState("");
  const [softness, setSoftness] = useState(3);
  const editing = useEditHistory(() => evenMask({ width: pictureSide, height: pictureSide }));
  const mask = editing.present;

  const begin = (next: RgbImage) => {
    setPicture(next);
    editing.restart(evenMask(next));
    void run.reset();
  };
  const propose = () => {
    if (!picture || isBlank(mask)) return;
    generate({
      image: picture,
      mask: softenMask(mask, softness),
      prompt: prompt.trim() === "" ? null : prompt,
      count: 3,
      seed: anySeed(),
    });
  };

  return (
    <>
      <h1>Inpaint</h1>
      <p className="lead">
        Brush over a part of a picture and say what should be there. Everything else stays as it is,
        to the last byte.
      </p>
      <ModelGate model={model} />
      {picture ? (
        <section className="card" aria-labelledby="mask-heading">
          <h2 id="mask-heading">What is to be made anew</h2>
          <MaskEditor
            picture={picture}
            editing={editing}
            softness={softness}
            onSoftness={setSoftness}
          />
          <div className="row">
            <PromptField
              value={prompt}
              onChange={setPrompt}
              onSubmit={propose}
              label="What should be there (empty: whatever fits)"
            />
            <Button onPress={propose} isDisabled={isBlank(mask) || model.status === "loading"}>
              Make three proposals
            </Button>
            <Button className="secondary" onPress={() => setPicture(undefined)}>
              Another picture
            </Button>
          </div>
          {isBlank(mask) && <p className="hint">Nothing is masked yet.</p>}
          <RunStatus run={run} />
          {run.status === "done" ? (
            <Proposals images={run.images} name="Proposal" onTake={begin} />
          ) : (
            <Proposals images={run.preview ?? []} name="Unfinished proposal" />
          )}
        </section>
      ) : (
        <FirstPicture model={model} onPicture={begin} />
      )}
    </>
  );
}
