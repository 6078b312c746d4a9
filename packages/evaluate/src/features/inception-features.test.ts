import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onnx } from "@glissade/backend-onnx";
import {
  type Backend,
  DisposedError,
  InvalidArgumentError,
  NumericalError,
  UnknownNameError,
  WeightsError,
} from "@glissade/core";
import { encodeSafetensors, openSafetensors, writeSafetensors } from "@glissade/core/weights";
import { rows, tensor } from "@glissade/graph";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formulaImage, formulaInception } from "./__fixtures__/formula-inception.ts";
import { fidClean, recordedPlaces } from "./__fixtures__/recorded-inception.ts";
import type { FeatureNetwork } from "./feature-network.ts";
import { openInceptionFeatures } from "./inception-features.ts";
import type { InceptionVariant } from "./inception-graph.ts";
import type { ResizeMode } from "./resize-modes.ts";

let folder: string;
/** A file as large as the real one, 95 MB. */
let fidFile: string;
let backend: Backend;
let inception: FeatureNetwork;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-inception-"));
  fidFile = join(folder, "fid.safetensors");
  await writeSafetensors(fidFile, formulaInception("fid"));
  backend = onnx();
  inception = await openInceptionFeatures(fidFile, { backend, batchSize: 2 });
});

afterAll(async () => {
  await inception.dispose();
  await backend.dispose();
  await rm(folder, { recursive: true });
});

const images = [formulaImage(120, 90, 1), formulaImage(299, 299, 0), formulaImage(64, 64, 0)];

describe("openInceptionFeatures", () => {
  it("says which network it is, from the file alone", async () => {
    const sha256 = createHash("sha256")
      .update(await readFile(fidFile))
      .digest("hex");
    expect(inception.card).toEqual({
      name: "inception-v3-fid",
      sha256,
      resize: "clean",
      dimensions: 2048,
      spatialDimensions: 2023,
      classes: 1008,
    });
  });

  it("opens torchvision's network from a Blob, with another resize mode", async () => {
    const blob = new Blob([await encodeSafetensors(formulaInception("torchvision"))]);
    const network = await openInceptionFeatures(blob, {
      backend,
      resize: "legacy-tensorflow",
      variant: "torchvision",
    });
    expect(network.card).toMatchObject({
      name: "inception-v3-torchvision",
      resize: "legacy-tensorflow",
      classes: 1000,
    });
    expect((await network.of(images.slice(0, 1))).probabilities?.dims).toEqual([1, 1000]);
    await network.dispose();
  });

  it("refuses other files, and says what is expected", async () => {
    const other = await encodeSafetensors({ "fc.weight": tensor([10, 2048]) });
    const attempt = openInceptionFeatures(other, { backend });
    await expect(attempt).rejects.toSatisfy(WeightsError.isInstance.bind(WeightsError));
    await expect(attempt).rejects.toThrow(
      /fc\.weight has the shape \[10, 2048\].*pt_inception-2015-12-05-6726825d\.pth/,
    );
    await expect(
      openInceptionFeatures(new TextEncoder().encode("<html>"), { backend }),
    ).rejects.toThrow("this is a web page or XML");
    await expect(openInceptionFeatures(join(folder, "nothing.pth"), { backend })).rejects.toThrow(
      "cannot be opened",
    );
    await expect(
      openInceptionFeatures(fidFile, { backend, variant: "torchvision" }),
    ).rejects.toThrow('the variant "fid", and "torchvision" was asked for');
  });

  it("refuses options that do not exist, and an abort", async () => {
    await expect(
      openInceptionFeatures(fidFile, { backend, resize: "bicubic" as ResizeMode }),
    ).rejects.toSatisfy(UnknownNameError.isInstance.bind(UnknownNameError));
    await expect(
      openInceptionFeatures(fidFile, { backend, variant: "v4" as InceptionVariant }),
    ).rejects.toSatisfy(UnknownNameError.isInstance.bind(UnknownNameError));
    await expect(openInceptionFeatures(fidFile, { backend, batchSize: 0 })).rejects.toThrow(
      "batchSize is 0",
    );
    await expect(
      openInceptionFeatures(fidFile, { backend, signal: AbortSignal.abort(new Error("enough")) }),
    ).rejects.toThrow("enough");
  });

  it("does not hand out features that are not finite", async () => {
    const weights = await openSafetensors(fidFile);
    const { offset = 0 } = weights.locate("Mixed_7c.branch1x1.bn.bias") ?? {};
    await weights.dispose();
    const bytes = new Uint8Array(await readFile(fidFile));
    bytes.set([0, 0, 0xc0, 0x7f], offset); // NaN
    const broken = await openInceptionFeatures(bytes, { backend });
    const attempt = broken.of(images);
    await expect(attempt).rejects.toSatisfy(NumericalError.isInstance.bind(NumericalError));
    await expect(attempt).rejects.toThrow("Image 0 has features (pooled)");
    await broken.dispose();
  });
});

describe("the features", () => {
  it("are what PyTorch and Pillow give, in the images' order", async () => {
    const { pooled, spatial, probabilities } = await inception.of(images);
    expect([pooled.dims, spatial?.dims, probabilities?.dims]).toEqual([
      [3, 2048],
      [3, 2023],
      [3, 1008],
    ]);
    recordedPlaces(2048).forEach((place, i) => {
      expect(
        Math.abs((pooled.data[place] ?? Number.NaN) - (fidClean.pooled.entries[i] ?? Number.NaN)),
      ).toBeLessThan(1e-3);
    });
    for (let row = 0; row < 3; row++)
      expect(
        probabilities &&
          rows(probabilities, row, row + 1).data.reduce((sum, value) => sum + value, 0),
      ).toBeCloseTo(1, 5);
  });

  it("are the same in every batch", async () => {
    const together = (await inception.of(images)).pooled; // in batches of two and one
    const apart = (await inception.of([...images].reverse())).pooled;
    for (let row = 0; row < 3; row++) {
      const [a, b] = [rows(together, row, row + 1).data, rows(apart, 2 - row, 3 - row).data];
      expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))))).toBeLessThan(
        1e-4,
      );
    }
    expect(
      Math.max(
        ...rows(together, 0, 1).data.map((value, i) =>
          Math.abs(value - (rows(together, 1, 2).data[i] ?? Number.NaN)),
        ),
      ),
    ).toBeGreaterThan(1);
  });

  it("are not computed of no image, nor of one without pixels", async () => {
    await expect(inception.of([])).rejects.toSatisfy(
      InvalidArgumentError.isInstance.bind(InvalidArgumentError),
    );
    await expect(inception.of([{ width: 2, height: 2, data: new Uint8Array(3) }])).rejects.toThrow(
      "12 bytes for 2x2 pixels",
    );
  });

  it("end with an abort between two batches", async () => {
    const controller = new AbortController();
    const read = new Set<number>();
    const watched = images.map((image, index) => ({
      ...image,
      get data() {
        read.add(index);
        controller.abort(new Error("enough")); // while the first batch is made ready
        return image.data;
      },
    }));
    await expect(inception.of(watched, { signal: controller.signal })).rejects.toThrow("enough");
    expect([...read]).toEqual([0, 1]);
    await expect(inception.of(images, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });

  it("end with dispose, which may come twice", async () => {
    const network = await openInceptionFeatures(fidFile, { backend });
    await network.dispose();
    await network.dispose();
    await expect(network.of(images)).rejects.toSatisfy(
      DisposedError.isInstance.bind(DisposedError),
    );
  });
});
