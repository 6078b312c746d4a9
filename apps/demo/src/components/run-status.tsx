import type { ImageRunSnapshot } from "@glissade/core/store";
import { Button, Label, ProgressBar } from "react-aria-components";

type Shown = Pick<ImageRunSnapshot<unknown>, "status" | "progress" | "error" | "warnings"> & {
  readonly stop: () => unknown;
};

/** How far a run is, what went wrong, and what the model had to say about the request. */
export function RunStatus({ run }: { readonly run: Shown }) {
  const { status, progress, error, warnings, stop } = run;
  return (
    <div className="run-status" aria-live="polite">
      {status === "running" && (
        <div className="row">
          <ProgressBar
            className="progress"
            {...(progress
              ? { value: progress.step, maxValue: progress.steps }
              : { isIndeterminate: true })}
          >
            {({ percentage }) => (
              <>
                <Label>
                  {progress ? `Step ${progress.step} of ${progress.steps}` : "Beginning"}
                </Label>
                <div className="bar">
                  <div className="fill" style={{ width: `${percentage ?? 0}%` }} />
                </div>
              </>
            )}
          </ProgressBar>
          <Button className="secondary" onPress={() => stop()}>
            Stop
          </Button>
        </div>
      )}
      {status === "stopped" && <p>Stopped.</p>}
      {status === "error" && (
        <p className="notice error" role="alert">
          {error?.message}
        </p>
      )}
      {warnings.map(({ message }) => (
        <p key={message} className="notice">
          {message}
        </p>
      ))}
    </div>
  );
}
