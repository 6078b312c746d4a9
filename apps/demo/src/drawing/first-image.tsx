import type { RgbImage } from "@glissade/core";
import { type UseGlideResult, useTextToImage } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { PromptField } from "../components/prompt-field.tsx";
import { RunStatus } from "../components/run-status.tsx";
import { anySeed } from "../components/seed-field.tsx";
import { usePendingRun } from "../engine/use-pending-run.ts";
import { ImageChooser } from "./image-chooser.tsx";
import { Proposals } from "./proposals.tsx";

/** The image to begin with: made from a prompt, or one's own. */
export function FirstImage({
  model,
  onImage,
}: {
  readonly model: UseGlideResult;
  readonly onImage: (image: RgbImage) => void;
}) {
  const [prompt, setPrompt] = useState("cat face, 3d render");
  const run = useTextToImage(model.glide);
  const generate = usePendingRun(model, run);
  const make = () => generate({ prompt, count: 3, seed: anySeed() });
  return (
    <section className="card" aria-labelledby="first-image">
      <h2 id="first-image">An image to begin with</h2>
      <div className="row">
        <PromptField value={prompt} onChange={setPrompt} onSubmit={make} label="What it shows" />
        <Button onPress={make} isDisabled={prompt.trim() === "" || model.status === "loading"}>
          Make three
        </Button>
      </div>
      <RunStatus run={run} />
      {run.status === "done" ? (
        <Proposals images={run.images} name="Image" onTake={onImage} takeLabel="Use this one" />
      ) : (
        <Proposals images={run.preview ?? []} name="Unfinished image" />
      )}
      <ImageChooser onImage={onImage} />
    </section>
  );
}
