import { type UseGlideResult, useInterpolate } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { ChoiceSlider } from "../components/choice-slider.tsx";
import { PromptField } from "../components/prompt-field.tsx";
import { RunStatus } from "../components/run-status.tsx";
import { SeedField } from "../components/seed-field.tsx";
import { Proposals } from "../drawing/proposals.tsx";
import { usePendingRun } from "../engine/use-pending-run.ts";
import { FilmPlayer } from "./film-player.tsx";

/** The way from one image to another. */
export function PromptToPrompt({ model }: { readonly model: UseGlideResult }) {
  const run = useInterpolate(model.glide);
  const generate = usePendingRun(model, run);
  const [from, setFrom] = useState({ prompt: "red apple, 3d render", seed: 7 });
  const [to, setTo] = useState({ prompt: "tangerine, 3d render", seed: 21 });
  const [count, setCount] = useState(6);
  const isAsked = from.prompt.trim() !== "" && to.prompt.trim() !== "";
  const make = () => {
    if (isAsked) generate({ from, to, count });
  };
  return (
    <section className="card" aria-labelledby="way">
      <h2 id="way">From one prompt to another</h2>
      <p>
        Both prompts are mixed, and the noise turns from one seed's to the other's. With the same
        prompt twice only the noise changes.
      </p>
      <div className="row">
        <PromptField
          label="From"
          value={from.prompt}
          onChange={(prompt) => setFrom({ ...from, prompt })}
          onSubmit={make}
        />
        <SeedField
          label="Seed at the beginning"
          value={from.seed}
          onChange={(seed) => setFrom({ ...from, seed })}
        />
      </div>
      <div className="row">
        <PromptField
          label="To"
          value={to.prompt}
          onChange={(prompt) => setTo({ ...to, prompt })}
          onSubmit={make}
        />
        <SeedField
          label="Seed at the end"
          value={to.seed}
          onChange={(seed) => setTo({ ...to, seed })}
        />
      </div>
      <div className="row">
        <ChoiceSlider label="Frames" value={count} minimum={3} maximum={16} onChange={setCount} />
        <Button onPress={make} isDisabled={!isAsked || model.status === "loading"}>
          Make the way
        </Button>
      </div>
      <RunStatus run={run} />
      {run.status === "done" ? (
        <FilmPlayer frames={run.images} />
      ) : (
        <Proposals images={run.preview ?? []} name="Unfinished frame" />
      )}
    </section>
  );
}
