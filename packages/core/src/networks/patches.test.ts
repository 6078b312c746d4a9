import { evaluateGraph, GraphBuilder, type Tensor, tensor } from "@glissade/graph";
import { describe, expect, it } from "vitest";
import { patchify, unpatchify } from "./patches.ts";

function applied(
  change: typeof patchify,
  x: Tensor,
  size: number,
): { dims: readonly number[]; values: number[] } {
  const g = new GraphBuilder();
  g.output("y", change(g, g.input("x", ["batch", ...x.dims.slice(1)]), size));
  const { y } = evaluateGraph(g.build(), { x });
  return { dims: y?.dims ?? [], values: [...(y?.data ?? [])] };
}

/**
 * Two images of two channels; a pixel's value says where it is: image, channel, row, column.
 */
const images = tensor(
  [2, 2, 2, 4],
  Float32Array.from(
    { length: 32 },
    (_, i) => 1000 * (i >> 4) + 100 * ((i >> 3) & 1) + 10 * ((i >> 2) & 1) + (i & 3),
  ),
);

describe("patchify", () => {
  it("makes channels of a square's pixels in the order of torch.nn.PixelUnshuffle: channel, row, column", () => {
    expect(
      applied(
        patchify,
        tensor(
          [1, 1, 4, 4],
          Float32Array.from({ length: 16 }, (_, i) => i),
        ),
        2,
      ),
    ).toEqual({
      dims: [1, 4, 2, 2],
      values: [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15],
    });
    const { dims, values } = applied(patchify, images, 2);
    expect(dims).toEqual([2, 8, 1, 2]);
    expect(values.slice(0, 16)).toEqual([
      0, 2, 1, 3, 10, 12, 11, 13, 100, 102, 101, 103, 110, 112, 111, 113,
    ]);
    expect(values.slice(16)).toEqual(values.slice(0, 16).map((value) => value + 1000));
  });

  it("is undone by unpatchify", () => {
    const { dims, values } = applied(patchify, images, 2);
    expect(applied(unpatchify, tensor(dims, values), 2)).toEqual({
      dims: images.dims,
      values: [...images.data],
    });
  });

  it("leaves an image as it is for a size of 1", () => {
    expect(applied(patchify, images, 1)).toEqual({
      dims: images.dims,
      values: [...images.data],
    });
    expect(applied(unpatchify, images, 1)).toEqual({
      dims: images.dims,
      values: [...images.data],
    });
  });
});

describe("unpatchify", () => {
  it("spreads channels over squares in the order of torch.nn.PixelShuffle", () => {
    const y = tensor(
      [1, 8, 1, 2],
      Float32Array.from({ length: 16 }, (_, i) => i),
    );
    expect(applied(unpatchify, y, 2)).toEqual({
      dims: [1, 2, 2, 4],
      values: [0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15],
    });
  });
});
