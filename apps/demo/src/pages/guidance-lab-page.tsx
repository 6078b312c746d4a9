import { useState } from "react";
import {
  Button,
  Label,
  ProgressBar,
  Switch,
  ToggleButton,
  ToggleButtonGroup,
} from "react-aria-components";
import { ModelGate } from "../components/model-gate.tsx";
import { PromptField } from "../components/prompt-field.tsx";
import { SeedField } from "../components/seed-field.tsx";
import { useModel } from "../engine/use-model.ts";
import { usePendingRun } from "../engine/use-pending-run.ts";
import { LabCellDialog } from "../lab/lab-cell-dialog.tsx";
import type { LabCell } from "../lab/lab-grid.ts";
import { LabTable } from "../lab/lab-table.tsx";
import { type UsedLabRun, useLabRun } from "../lab/use-lab-run.ts";

const offeredScales = [1, 2, 3, 5, 8];

/** One prompt and one noise under every guidance. */
export function GuidanceLabPage() {
  const model = useModel();
  const lab = useLabRun(model.glide);
  const generate = usePendingRun(model, lab);
  const [prompt, setPrompt] = useState("red apple, 3d render");
  const [seed, setSeed] = useState(7);
  const [scales, setScales] = useState<readonly number[]>([1, 3, 5, 8]);
  const [isEnlarged, setEnlarged] = useState(false);
  const [open, setOpen] = useState<LabCell>();

  const fill = () => {
    if (prompt.trim() !== "") generate({ prompt, seed, upscale: isEnlarged, scales });
  };

  return (
    <>
      <h1>Guidance lab</h1>
      <p className="lead">
        One prompt, one noise, and two ways to lead it to the prompt: classifier-free guidance
        follows the difference that the prompt makes to the model itself, CLIP guidance the slope of
        a second network's judgement. People asked by the authors of GLIDE preferred classifier-free
        guidance to CLIP guidance, for photorealism and for likeness to the caption (
        <a href="https://arxiv.org/abs/2112.10741">Nichol et al. 2021</a>). Large scales trade
        variety for clearness.
      </p>
      <ModelGate model={model} />
      <section className="card" aria-label="What the grid is filled with">
        <div className="row">
          <PromptField value={prompt} onChange={setPrompt} onSubmit={fill} />
          <SeedField value={seed} onChange={setSeed} />
        </div>
        <p id="scales-label" className="group-label">
          Scales
        </p>
        <ToggleButtonGroup
          className="chips"
          aria-labelledby="scales-label"
          selectionMode="multiple"
          disallowEmptySelection
          selectedKeys={scales.map(String)}
          onSelectionChange={(keys) =>
            setScales(offeredScales.filter((scale) => keys.has(String(scale))))
          }
        >
          {offeredScales.map((scale) => (
            <ToggleButton key={scale} id={String(scale)}>
              {scale}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <div className="row">
          <Switch className="switch" isSelected={isEnlarged} onChange={setEnlarged}>
            <span className="switch-track" aria-hidden="true" /> Enlarge every image (slower)
          </Switch>
          <Button
            onPress={fill}
            isDisabled={
              prompt.trim() === "" || model.status === "loading" || lab.status === "running"
            }
          >
            Fill the grid
          </Button>
        </div>
        <LabStatus lab={lab} />
      </section>
      <LabTable scales={scales} lab={lab} onOpen={setOpen} />
      <LabCellDialog cell={open} lab={lab} onClose={() => setOpen(undefined)} />
    </>
  );
}

function LabStatus({ lab: { status, progress, error, stop } }: { readonly lab: UsedLabRun }) {
  return (
    <div aria-live="polite">
      {status === "running" && (
        <div className="row">
          <ProgressBar
            className="progress"
            value={progress.cells}
            maxValue={Math.max(1, progress.total)}
          >
            {({ percentage }) => (
              <>
                <Label>
                  Image {Math.floor(progress.cells) + 1} of {progress.total}
                </Label>
                <div className="bar">
                  <div className="fill" style={{ width: `${percentage ?? 0}%` }} />
                </div>
              </>
            )}
          </ProgressBar>
          <Button className="secondary" onPress={() => void stop()}>
            Stop
          </Button>
        </div>
      )}
      {status === "stopped" && <p>Stopped. “Fill the grid” goes on where it was.</p>}
      {status === "error" && (
        <p className="notice error" role="alert">
          {error?.message}
        </p>
      )}
    </div>
  );
}
