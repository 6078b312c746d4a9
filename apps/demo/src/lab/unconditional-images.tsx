import { type UseGlideResult, useTextToImage } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { ChoiceSlider } from "../components/choice-slider.tsx";
import { RunStatus } from "../components/run-status.tsx";
import { SeedField } from "../components/seed-field.tsx";
import { Proposals } from "../drawing/proposals.tsx";
import { usePendingRun } from "../engine/use-pending-run.ts";

/** Whatever the model has learned: no prompt, only noise. */
export function UnconditionalImages({ model }: { readonly model: UseGlideResult }) {
  const run = useTextToImage(model.glide);
  const generate = usePendingRun(model, run);
  const [count, setCount] = useState(4);
  const [seed, setSeed] = useState(1);
  return (
    <section className="card" aria-labelledby="unconditional">
      <h2 id="unconditional">Unconditional</h2>
      <p>Without a prompt the model draws whatever it has learned. The seed alone says what.</p>
      <div className="row">
        <ChoiceSlider label="Images" value={count} minimum={1} maximum={8} onChange={setCount} />
        <SeedField value={seed} onChange={setSeed} />
        <Button
          onPress={() => generate({ prompt: null, count, seed })}
          isDisabled={model.status === "loading"}
        >
          Draw without a prompt
        </Button>
      </div>
      <RunStatus run={run} />
      <Proposals
        images={run.status === "done" ? run.images : (run.preview ?? [])}
        name={
          run.status === "done" ? "Image without a prompt" : "Unfinished image without a prompt"
        }
      />
    </section>
  );
}
