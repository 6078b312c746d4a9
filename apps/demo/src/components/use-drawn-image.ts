import { type RgbImage, rgbaFromRgb } from "@glissade/core";
import { type RefObject, useEffect, useRef } from "react";

/** A canvas of the image's size, with the image on it. */
export function useDrawnImage(image: RgbImage): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current
      ?.getContext("2d")
      ?.putImageData(new ImageData(rgbaFromRgb(image), image.width, image.height), 0, 0);
  }, [image]);
  return canvas;
}
