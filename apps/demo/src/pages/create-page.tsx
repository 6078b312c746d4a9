import type { GenerateResult } from "@glissade/core";
import { useTextToImage } from "@glissade/react";
import { useCallback, useEffect, useState } from "react";
import { Button, DropZone, FileTrigger } from "react-aria-components";
import { ChoiceSlider } from "../components/choice-slider.tsx";
import { ModelGate } from "../components/model-gate.tsx";
import { PromptField } from "../components/prompt-field.tsx";
import { RunStatus } from "../components/run-status.tsx";
import { anySeed, SeedField } from "../components/seed-field.tsx";
import { useModel } from "../engine/use-model.ts";
import { usePendingRun } from "../engine/use-pending-run.ts";
import { Gallery } from "../gallery/gallery.tsx";
import type { ImageMaker } from "../images/image-file.ts";
import { type ImageRequest, requestOfLink, shareLink } from "../images/image-request.ts";
import { CreatedImages } from "./create/created-images.tsx";
import { PromptHelp } from "./create/prompt-help.tsx";

/** A prompt becomes images. */
export function CreatePage() {
  const model = useModel();
  const run = useTextToImage(model.glide, { keepSteps: true, previewInterval: 60 });
  const [request, setRequest] = useState(() => requestOfLink(location.href));
  const [notice, setNotice] = useState<string>();
  const begin = usePendingRun(model, run);
  const change = useCallback(
    (part: Partial<ImageRequest>) => setRequest((current) => ({ ...current, ...part })),
    [],
  );

  const { result } = run;
  const { glide } = model;
  useEffect(() => {
    if (result)
      void keep(result, glide).catch(() =>
        setNotice("The images could not be kept in this browser: it has no room, or allows none."),
      );
  }, [result, glide]);

  const create = () => {
    setNotice(undefined);
    const { prompt, guidance, ...rest } = request;
    begin({ ...rest, ...(prompt.trim() === "" ? { prompt: null } : { prompt, guidance }) });
  };

  const take = async (file: Blob) => {
    try {
      const { requestOfFile } = await import("../images/image-file.ts");
      change(await requestOfFile(file));
      setNotice("These are the image's settings. Create makes it again.");
    } catch (error) {
      setNotice(error instanceof Error ? error.message : String(error));
    }
  };

  const share = async () => {
    const link = shareLink(request, location.href);
    history.replaceState(null, "", link);
    const copied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    setNotice(copied ? "The link is on the clipboard." : "The link is in the address bar.");
  };

  const isBusy = run.status === "running" || model.status === "loading";
  return (
    <DropZone
      className="drop"
      aria-label="Drop an image that was made here to get its settings back"
      onDrop={async ({ items }) => {
        for (const item of items) if (item.kind === "file") return take(await item.getFile());
      }}
    >
      <h1>Create</h1>
      <p className="lead">
        Say what the image should show. The model knows some three hundred common things, in eight
        styles.
      </p>
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          create();
        }}
      >
        <PromptField
          value={request.prompt}
          onChange={(prompt) => change({ prompt })}
          onSubmit={create}
        />
        <PromptHelp prompt={request.prompt} onChange={(prompt) => change({ prompt })} />
        <div className="row">
          <SeedField value={request.seed} onChange={(seed) => change({ seed })} />
          <ChoiceSlider
            label="Images"
            value={request.count}
            minimum={1}
            maximum={4}
            onChange={(count) => change({ count })}
          />
          <ChoiceSlider
            label="Steps"
            value={request.steps}
            minimum={2}
            maximum={50}
            onChange={(steps) => change({ steps })}
          />
          <ChoiceSlider
            label="Guidance"
            value={request.guidance}
            minimum={1}
            maximum={10}
            step={0.5}
            onChange={(guidance) => change({ guidance })}
          />
        </div>
        <div className="row">
          <Button type="submit" isDisabled={isBusy}>
            Create
          </Button>
          <Button className="secondary" onPress={() => change({ seed: anySeed() })}>
            Another seed
          </Button>
          <Button className="secondary" onPress={() => void share()}>
            Share link
          </Button>
          <FileTrigger
            acceptedFileTypes={["image/png"]}
            onSelect={(files) => files?.[0] && void take(files[0])}
          >
            <Button className="secondary">Settings from an image</Button>
          </FileTrigger>
        </div>
      </form>
      <ModelGate model={model} />
      {notice && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      <RunStatus run={run} />
      <CreatedImages run={run} maker={glide} />
      <Gallery onUse={({ file }) => void take(file)} />
    </DropZone>
  );
}

async function keep(result: GenerateResult, maker: ImageMaker | undefined): Promise<void> {
  const { keepImages } = await import("../gallery/keep-images.ts");
  await keepImages(result, maker);
}
