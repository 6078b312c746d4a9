import sharp from "sharp";

/** A PNG of one colour. */
export async function plainPng(colour: string, width = 8, height = width): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

/** A PNG that is red to the left and blue to the right. */
export async function redAndBlue(width: number, height: number): Promise<Uint8Array> {
  const pixels = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) pixels[pixel * 3 + (pixel % width < width / 2 ? 0 : 2)] = 255;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
