import type { RgbImage } from "@glissade/core";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { useDrawnImage } from "../components/use-drawn-image.ts";
import type { Point, Segment } from "./brush.ts";

export interface StrokeCanvasProps {
  /** What is shown. */
  readonly image: RgbImage;
  readonly label: string;
  readonly radius: number;
  /** A piece of a stroke; `isNew` at its beginning. */
  readonly onStroke: (segment: Segment, isNew: boolean) => void;
}

const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * An image to draw on, by mouse, pen or finger; by keys too: the arrows move the brush, and draw
 * while Space is held.
 */
export function StrokeCanvas({ image, label, radius, onStroke }: StrokeCanvasProps) {
  const canvas = useDrawnImage(image);
  const last = useRef<Point>(undefined);
  const [cursor, setCursor] = useState<Point>({ x: image.width / 2, y: image.height / 2 });
  const [isKeyed, setKeyed] = useState(false);
  const isSpaceHeld = useRef(false);

  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const point = placeOf(event, event.currentTarget);
    last.current = point;
    setKeyed(false);
    onStroke({ from: point, to: point, radius }, true);
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!last.current || !event.isPrimary) return;
    const between = event.nativeEvent.getCoalescedEvents?.() ?? [];
    for (const part of between.length > 0 ? between : [event.nativeEvent]) {
      const point = placeOf(part, event.currentTarget);
      onStroke({ from: last.current, to: point, radius }, false);
      last.current = point;
    }
  };
  const end = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.isPrimary) last.current = undefined;
  };

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = arrows[event.key];
    if (event.key === " " && !event.repeat) {
      isSpaceHeld.current = true;
      onStroke({ from: cursor, to: cursor, radius }, true);
    } else if (arrow) {
      const by = event.shiftKey ? 1 : 4;
      const next = {
        x: within(cursor.x + by * arrow[0], image.width),
        y: within(cursor.y + by * arrow[1], image.height),
      };
      setCursor(next);
      if (isSpaceHeld.current) onStroke({ from: cursor, to: next, radius }, false);
    } else if (event.key !== " ") return;
    setKeyed(true);
    event.preventDefault(); // the page would scroll
  };
  const release = () => {
    isSpaceHeld.current = false;
  };

  return (
    <div
      className="stroke-canvas"
      role="application"
      aria-roledescription="drawing"
      aria-label={`${label}. The arrow keys move the brush; it draws while Space is held.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on by keys
      tabIndex={0}
      onKeyDown={press}
      onKeyUp={(event) => event.key === " " && release()}
      onBlur={release}
    >
      <canvas
        ref={canvas}
        className="drawing"
        width={image.width}
        height={image.height}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
      />
      {isKeyed && (
        <span
          className="brush-cursor"
          style={{
            left: `${(100 * cursor.x) / image.width}%`,
            top: `${(100 * cursor.y) / image.height}%`,
            width: `${(200 * radius) / image.width}%`,
            height: `${(200 * radius) / image.height}%`,
          }}
        />
      )}
    </div>
  );
}

/** In the image's pixels, whatever the size at which it is shown. */
function placeOf(
  { clientX, clientY }: { readonly clientX: number; readonly clientY: number },
  canvas: HTMLCanvasElement,
): Point {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return {
    x: ((clientX - left) / width) * canvas.width,
    y: ((clientY - top) / height) * canvas.height,
  };
}

function within(place: number, limit: number): number {
  return Math.min(limit, Math.max(0, place));
}
