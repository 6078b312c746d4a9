import type { GeneratedImage, GenerateResult } from "@glissade/core";
import type { ImageRunResult } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { ChoiceSlider } from "../../components/choice-slider.tsx";
import { ImageCanvas } from "../../components/image-canvas.tsx";
import type { ImageMaker } from "../../images/image-file.ts";
import { promptOf } from "../../images/prompt-of.ts";
import { download, fileName } from "../../images/save-file.ts";

export interface CreatedImagesProps {
  readonly run: ImageRunResult<"generate">;
  readonly maker: ImageMaker | undefined;
}

/**
 * What is expected while a run goes on, the images after it, and the way there to look at again.
 */
export function CreatedImages({ run, maker }: CreatedImagesProps) {
  const [at, setAt] = useState<number>();
  const { images, preview, steps, result, status } = run;
  const chosen =
    status === "done" && at !== undefined && at < steps.length ? steps[at - 1]?.preview : undefined;
  const shown: readonly GeneratedImage[] = chosen ?? (images.length > 0 ? images : (preview ?? []));
  if (shown.length === 0) return null;
  const prompt = result ? promptOf(result.settings) : "";
  return (
    <section className="card" aria-label="Images">
      <div className="images">
        {shown.map((image, k) => (
          <figure key={image.seed}>
            <ImageCanvas
              image={image}
              label={
                result
                  ? `${prompt || "without a prompt"}, seed ${image.seed}`
                  : `not finished, seed ${image.seed}`
              }
            />
            <figcaption>seed {image.seed}</figcaption>
            {result && (
              <Button
                className="secondary"
                aria-label={`Download the image with seed ${image.seed}`}
                onPress={() => {
                  const finished = result.images[k];
                  if (finished) void save(finished, k, result, maker);
                }}
              >
                Download
              </Button>
            )}
          </figure>
        ))}
      </div>
      {status === "done" && steps.length > 1 && (
        <ChoiceSlider
          label="The way there"
          value={at !== undefined && at <= steps.length ? at : steps.length}
          minimum={1}
          maximum={steps.length}
          onChange={setAt}
          inWords={(step) => `step ${step} of ${steps.length}`}
        />
      )}
    </section>
  );
}

async function save(
  image: GeneratedImage,
  index: number,
  { settings }: GenerateResult,
  maker: ImageMaker | undefined,
): Promise<void> {
  // here and elsewhere: after the first paint
  const { imageFile } = await import("../../images/image-file.ts");
  download(imageFile(image, index, settings, maker), fileName(promptOf(settings), image.seed));
}
