import { type RgbImage, rgbaFromRgb } from "@glissade/core";
import { useEffect, useRef } from "react";

/** A picture, drawn without smoothing where it is enlarged. */
export function PictureCanvas({ image, label, className = "picture" }: { readonly image: RgbImage; readonly label: string; readonly className?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext("2d")?.putImageData(new ImageData(rgbaFromRgb(image), image.width, image.height), 0, 0);
  }, [image]);
  return <canvas ref={canvas} className={className} width={image.width} height={image.height} role="img" aria-label={label} />;
}
