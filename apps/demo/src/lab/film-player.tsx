import type { RgbImage } from "@glissade/core";
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { ChoiceSlider } from "../components/choice-slider.tsx";
import { ImageCanvas } from "../components/image-canvas.tsx";
import { filmFrame } from "./film-timing.ts";

/**
 * Images as a film, to and fro. It begins by itself, unless the visitor has asked for less
 * motion.
 */
export function FilmPlayer({ frames }: { readonly frames: readonly RgbImage[] }) {
  const [index, setIndex] = useState(0);
  const [isPlaying, setPlaying] = useState(
    () => !matchMedia("(prefers-reduced-motion: reduce)").matches,
  );
  const count = frames.length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: it goes on from the frame at which it is begun, and sets the frame itself
  useEffect(() => {
    if (!isPlaying) return;
    const begun = performance.now();
    const from = index;
    const timer = setInterval(
      () => setIndex(filmFrame({ elapsed: performance.now() - begun, count, from })),
      50,
    );
    return () => clearInterval(timer);
  }, [isPlaying, count]);

  const show = (frame: number) => {
    setPlaying(false);
    setIndex(frame);
  };
  const shown = frames[index];
  if (!shown) return null;
  return (
    <div className="film">
      <ImageCanvas image={shown} label={`Frame ${index + 1} of ${count}`} />
      <div className="row">
        <Button onPress={() => setPlaying(!isPlaying)}>{isPlaying ? "Pause" : "Play"}</Button>
        <ChoiceSlider
          label="Frame"
          value={index + 1}
          minimum={1}
          maximum={count}
          onChange={(number) => show(number - 1)}
          inWords={(number) => `${number} of ${count}`}
        />
      </div>
      <ol className="strip" aria-label="All frames">
        {frames.map((frame, k) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a frame is its place
          <li key={k}>
            <Button
              aria-label={`Show frame ${k + 1}`}
              className="strip-frame"
              aria-current={k === index}
              onPress={() => show(k)}
            >
              <ImageCanvas image={frame} label={`Frame ${k + 1}`} />
            </Button>
          </li>
        ))}
      </ol>
    </div>
  );
}
