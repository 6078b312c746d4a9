import type { GeneratedImage, GenerateResult } from "@glissade/core";
import type { ImageRunResult } from "@glissade/react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { ChoiceSlider } from "../../components/choice-slider.tsx";
import { PictureCanvas } from "../../components/picture-canvas.tsx";
import type { PictureMaker } from "../../pictures/picture-file.ts";
import { promptOf } from "../../pictures/prompt-of.ts";
import { download, fileName } from "../../pictures/save-file.ts";

export interface CreatedPicturesProps {
  readonly run: ImageRunResult<"generate">;
  readonly maker: PictureMaker | undefined;
}

/**
 * What is expected while a run goes on, the pictures after it, and the way there to look at again.
 */
export function CreatedPictures({ run, maker }: CreatedPicturesProps) {
  const [at, setAt] = useState<number>();
  const { images, preview, steps, result, status } = run;
  const chosen =
    status === "done" && at !== undefined && at < steps.length ? steps[at - 1]?.preview : undefined;
  const shown: readonly GeneratedImage[] = chosen ?? (images.length > 0 ? images : (preview ?? []));
  if (shown.length === 0) return null;
  const prompt = result ? promptOf(result.settings) : "";
  return (
    <section className="card" aria-label="Pictures">
      <div className="pictures">
        {shown.map((image, k) => (
          <figure key={image.seed}>
            <PictureCanvas
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
                aria-label={`Download the picture with seed ${image.seed}`}
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
  picture: number,
  { settings }: GenerateResult,
  maker: PictureMaker | undefined,
): Promise<void> {
  // here and elsewhere: after the first paint
  const { pictureFile } = await import("../../pictures/picture-file.ts");
  download(pictureFile(image, picture, settings, maker), fileName(promptOf(settings), image.seed));
}
