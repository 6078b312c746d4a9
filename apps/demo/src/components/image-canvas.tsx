import type { RgbImage } from "@glissade/core";
import { useDrawnImage } from "./use-drawn-image.ts";

/** An image, drawn without smoothing where it is enlarged. */
export function ImageCanvas({
  image,
  label,
  className = "image",
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
