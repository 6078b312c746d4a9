import type { GeneratedImage } from "@glissade/core";
import { Button } from "react-aria-components";
import { ImageCanvas } from "../components/image-canvas.tsx";

export interface ProposalsProps {
  readonly images: readonly GeneratedImage[];
  /** What they are, for their labels. */
  readonly name: string;
  /** Takes one over; undefined while they are being made. */
  readonly onTake?: ((image: GeneratedImage) => void) | undefined;
  readonly takeLabel?: string;
}

/** Images to choose from. */
export function Proposals({
  images,
  name,
  onTake,
  takeLabel = "Go on with this one",
}: ProposalsProps) {
  return (
    <div className="images proposals">
      {images.map((image, index) => (
        <figure key={image.seed}>
          <ImageCanvas image={image} label={`${name} ${index + 1}`} />
          <figcaption>Seed {image.seed}</figcaption>
          {onTake && (
            <Button
              className="secondary"
              aria-label={`${takeLabel}: ${name} ${index + 1}`}
              onPress={() => onTake(image)}
            >
              {takeLabel}
            </Button>
          )}
        </figure>
      ))}
    </div>
  );
}
