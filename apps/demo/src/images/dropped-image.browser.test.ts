import { describe, expect, it } from "vitest";
import { imageFromFile, UnreadableImageError } from "./dropped-image.ts";

async function fileOf(
  width: number,
  height: number,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): Promise<File> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  draw(context);
  return new File([await canvas.convertToBlob({ type: "image/png" })], "drawn.png", {
    type: "image/png",
  });
}

const colorAt = (data: Uint8Array, pixel: number) => [...data.subarray(3 * pixel, 3 * pixel + 3)];

describe("an image from a file", () => {
  it.each([
    [8000, 6000],
    [300, 900],
  ])("is the square in the middle of %i x %i pixels", async (width, height) => {
    const square = Math.min(width, height);
    const file = await fileOf(width, height, (context) => {
      context.fillStyle = "rgb(255 0 0)";
      context.fillRect(0, 0, width, height);
      context.fillStyle = "rgb(0 0 255)";
      context.fillRect((width - square) / 2, (height - square) / 2, square, square);
    });
    const image = await imageFromFile(file, 16);
    expect(image).toMatchObject({ width: 16, height: 16 });
    for (const pixel of [0, 15, 136, 240, 255])
      expect(colorAt(image.data, pixel)).toEqual([0, 0, 255]);
  });

  it("is white where the file is transparent, and enlarged where it is small", async () => {
    const image = await imageFromFile(await fileOf(2, 1, () => {}), 8);
    expect(image.data).toEqual(new Uint8Array(8 * 8 * 3).fill(255));
  });

  it("says which file cannot be read", async () => {
    const broken = [
      new File([], "empty.png"),
      new File(["no image"], "text.jpg", { type: "image/jpeg" }),
    ];
    for (const file of broken) {
      const error: unknown = await imageFromFile(file, 8).catch((thrown: unknown) => thrown);
      expect(UnreadableImageError.isInstance(error) && error.file).toBe(file.name);
    }
  });
});
