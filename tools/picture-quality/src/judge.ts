import { type Backend, InvalidArgumentError, type RgbImage, type Tensor } from "@glissade/core";
import { resize, tensorFromImages } from "@glissade/core/image";
import { openSafetensors } from "@glissade/core/weights";
import { concatRows } from "@glissade/graph";
import {
  type JudgeDescription,
  judgeFolder,
  judgeWeightsPath,
  readJudgeDescription,
} from "./judge-files.ts";
import { judgeGraph, judgeSide } from "./judge-network.ts";

/** What goes through the network at once. */
const batchSize = 64;

/** Says how much each image looks like each thing. */
export interface Judge {
  readonly description: JudgeDescription;
  /** A row of log probabilities an image, in the order of the description's things. */
  judge(images: readonly RgbImage[], signal?: AbortSignal): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Opens the judge that lies in the repository, or another one. */
export async function openJudge(backend: Backend, folder = judgeFolder): Promise<Judge> {
  const description = await readJudgeDescription(folder);
  const { things, channels } = description;
  const weights = await openSafetensors(judgeWeightsPath(folder));
  const graph = judgeGraph({ things: things.length, channels });
  const network = await backend
    .compile(graph, weights, { name: "the judge" })
    .finally(() => weights.dispose());
  return {
    description,
    async judge(images, signal) {
      const rows: Float32Array[] = [];
      for (let start = 0; start < images.length; start += batchSize) {
        const x = concatRows(images.slice(start, start + batchSize).map(judgeInput));
        const { log_probs: found } = await network.run({ x }, signal ? { signal } : {});
        if (found?.dtype !== "float32") throw new Error("The judge gave no float32 numbers.");
        rows.push(...rowsOf(found, things.length));
      }
      return rows;
    },
    dispose: () => network.dispose(),
  };
}

/** An image as the judge sees it: [1, 3, 32, 32], larger ones as means of areas. */
export function judgeInput(image: RgbImage): Tensor {
  const { width, height } = image;
  if (width !== height || width < judgeSide)
    throw new InvalidArgumentError({
      argument: "image",
      received: `${width}x${height} pixels`,
      expected: `a square of at least ${judgeSide} pixels`,
    });
  const x = tensorFromImages([image]);
  return width === judgeSide ? x : resize(x, [judgeSide, judgeSide], "area");
}

function rowsOf({ data }: Tensor, length: number): Float32Array[] {
  return Array.from({ length: data.length / length }, (_, row) =>
    data.slice(row * length, (row + 1) * length),
  );
}
