import type { RgbImage } from "@glissade/core";
import { useInpaint } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { ModelGate } from "../components/model-gate.tsx";
import { PromptField } from "../components/prompt-field.tsx";
import { RunStatus } from "../components/run-status.tsx";
import { anySeed } from "../components/seed-field.tsx";
import { FirstImage } from "../drawing/first-image.tsx";
import { imageSide } from "../drawing/image-side.ts";
import { MaskEditor } from "../drawing/mask-editor.tsx";
import { evenMask, isBlank, softenMask } from "../drawing/mask-painting.ts";
import { Proposals } from "../drawing/proposals.tsx";
import { useEditHistory } from "../drawing/use-edit-history.ts";
import { useModel } from "../engine/use-model.ts";
import { usePendingRun } from "../engine/use-pending-run.ts";

/** A part of an image anew. */
export function InpaintPage() {
  const model = useModel();
  const run = useInpaint(model.glide);
  const generate = usePendingRun(model, run);
  const [image, setImage] = useState<RgbImage>();
  const [prompt, setPrompt] = useState("");
  const [softness, setSoftness] = useState(3);
  const editing = useEditHistory(() => evenMask({ width: imageSide, height: imageSide }));
  const mask = editing.present;

  const begin = (next: RgbImage) => {
    setImage(next);
    editing.restart(evenMask(next));
    void run.reset();
  };
  const propose = () => {
    if (!image || isBlank(mask)) return;
    generate({
      image: image,
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
        Brush over a part of an image and say what should be there. Everything else stays as it is,
        to the last byte.
      </p>
      <ModelGate model={model} />
      {image ? (
        <section className="card" aria-labelledby="mask-heading">
          <h2 id="mask-heading">What is to be made anew</h2>
          <MaskEditor
            image={image}
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
            <Button className="secondary" onPress={() => setImage(undefined)}>
              Another image
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
        <FirstImage model={model} onImage={begin} />
      )}
    </>
  );
}
