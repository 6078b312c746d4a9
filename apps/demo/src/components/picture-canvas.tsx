import type { RgbImage } from "@glissade/core";
import { useDrawnImage } from "./use-drawn-image.ts";

/** A picture, drawn without smoothing where it is enlarged. */
export function PictureCanvas({
  image,
  label,
  className = "picture",
}: {
  readonly image: RgbImage;
  readonly label: string;
  readonly className?: string;
}) {
  const canvas = useDrawnImage(image);
  return (
    <canvas
      ref={canvas}
      className={className}
      width={image.width}
      height={image.height}
      role="img"
      aria-label={label}
    />
  );
}
