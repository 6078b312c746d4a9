import { ModelGate } from "../components/model-gate.tsx";
import { useModel } from "../engine/use-model.ts";
import { PromptToPrompt } from "../lab/prompt-to-prompt.tsx";
import { UnconditionalImages } from "../lab/unconditional-images.tsx";

/** Images between two, and images without a prompt. */
export function InterpolatePage() {
  const model = useModel();
  return (
    <>
      <h1>Interpolate</h1>
      <p className="lead">
        Every image begins as noise. Here the noise has no prompt to follow, or is on its way from
        one to another.
      </p>
      <ModelGate model={model} />
      <PromptToPrompt model={model} />
      <UnconditionalImages model={model} />
    </>
  );
}
