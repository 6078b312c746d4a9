import type { UseGlideResult } from "@glissade/react";
import { Button, Label, ProgressBar } from "react-aria-components";

/**
 * What stands between the visitor and the model: its loading, or what went wrong. Nothing once it
 * is there.
 */
export function ModelGate({ model }: { readonly model: UseGlideResult }) {
  const { status, progress, error, load } = model;
  if (status === "ready" || status === "idle") return null;
  if (status === "error") {
    return (
      <div className="notice error" role="alert">
        <p>The model could not be loaded. {error?.message}</p>
        <Button onPress={() => void load()}>Try again</Button>
      </div>
    );
  }
  const { loadedBytes, totalBytes } = progress?.total ??
    progress ?? { loadedBytes: 0, totalBytes: undefined };
  const known = totalBytes !== undefined && totalBytes > 0;
  return (
    <ProgressBar
      className="progress"
      {...(known ? { value: loadedBytes, maxValue: totalBytes } : { isIndeterminate: true })}
    >
      {({ percentage }) => (
        <>
          <Label>
            {loadedBytes === 0 || loadedBytes === totalBytes
              ? "Preparing the model"
              : "Loading the model, once"}
          </Label>
          <span>{known ? `${megabytes(loadedBytes)} of ${megabytes(totalBytes)} MB` : ""}</span>
          <div className="bar">
            <div className="fill" style={{ width: `${percentage ?? 100}%` }} />
          </div>
        </>
      )}
    </ProgressBar>
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
