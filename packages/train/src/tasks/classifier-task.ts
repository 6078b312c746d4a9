import { InvalidArgumentError, type Tensor } from "@glissade/core";
import type { GaussianDiffusion } from "@glissade/core/diffusion";
import {
  type AdmClassifierConfig,
  admClassifier,
  admClassifierLossGraph,
} from "@glissade/core/networks";
import { GraphBuilder, typedTensor } from "@glissade/graph";
import type { GraphInputs } from "../engine/gradient-engine.ts";
import { noisedImages } from "./noised-images.ts";
import { meanOutput, rowsOfOutput, shapesOf, type TrainingTask } from "./training-task.ts";

export interface ClassifierTaskOptions {
  readonly name: string;
  readonly config: AdmClassifierConfig;
  /** Side of the images in pixels. Default the config's. */
  readonly side?: number;
  readonly process: GaussianDiffusion;
  /** The class of every caption that the data have, from 0. */
  readonly classes: ReadonlyMap<string, number>;
}

/**
 * guided-diffusion's noised classifier: images at uniform steps of the process in, the cross
 * entropy of their classes out. An image's class is its caption's.
 *
 * @throws InvalidArgumentError where a class is none of the network's, or the side of the images
 * is not known. Preparing a batch throws it for captions that have no class.
 * @see Dhariwal & Nichol 2021, arXiv 2105.05233, section 4 and appendix H
 */
export function classifierTask({
  name,
  config,
  side = config.imageSize,
  process,
  classes,
}: ClassifierTaskOptions): TrainingTask {
  if (side === undefined)
    throw new InvalidArgumentError({
      argument: "side",
      received: side,
      expected: "the images' side in pixels: the config has no image_size",
    });
  assertClasses(classes, config);
  return {
    name,
    parameterShapes() {
      const g = new GraphBuilder();
      admClassifier(
        g,
        g.input("x", [1, config.imageChannels, side, side]),
        g.input("timesteps", [1]),
        config,
      );
      return shapesOf(g.build());
    },
    lossGraph: (batch) => admClassifierLossGraph(config, { batch, size: side }),
    prepare({ images, captions }, random) {
      const labels = labelsOf(captions, classes);
      return {
        inputs: { ...noisedImages(process, images, random), y: labels },
        finish(outputs) {
          const accuracy = (best: number) => topAccuracy(outputs, labels, config.classes, best);
          return {
            loss: meanOutput(outputs, "loss") ?? Number.NaN,
            "accuracy@1": accuracy(1),
            "accuracy@5": accuracy(5),
          };
        },
      };
    },
    looksBack: false,
    state: () => undefined,
    restore() {},
  };
}

function labelsOf(
  captions: readonly string[],
  classes: ReadonlyMap<string, number>,
): Tensor<"int64"> {
  const unknown = [...new Set(captions.filter((caption) => !classes.has(caption)))];
  if (unknown.length > 0) {
    const named = unknown.slice(0, 10).map((caption) => JSON.stringify(caption));
    throw new InvalidArgumentError({
      argument: "captions",
      received: unknown,
      expected: `captions among the ${classes.size} that \`classes\` knows`,
      hint: `Without a class: ${[...named, ...(unknown.length > named.length ? [`and ${unknown.length - named.length} more`] : [])].join(", ")}.`,
    });
  }
  return typedTensor(
    "int64",
    [captions.length],
    BigInt64Array.from(captions, (caption) => BigInt(classes.get(caption) ?? 0)),
  );
}

/** The share of images whose class is among the `best` with the largest logits. */
function topAccuracy(
  outputs: readonly GraphInputs[],
  { data: labels }: Tensor<"int64">,
  classes: number,
  best: number,
): number {
  const logits = rowsOfOutput(outputs, "logits");
  const found = Array.from(labels).filter((label, row) => {
    const own = logits[row * classes + Number(label)] as number;
    return (
      logits.subarray(row * classes, (row + 1) * classes).filter((logit) => logit > own).length <
      best
    );
  });
  return found.length / labels.length;
}

function assertClasses(classes: ReadonlyMap<string, number>, config: AdmClassifierConfig): void {
  if (classes.size === 0)
    throw new InvalidArgumentError({
      argument: "classes",
      received: classes,
      expected: "the class of every caption",
    });
  for (const [caption, label] of classes) {
    if (!Number.isInteger(label) || label < 0 || label >= config.classes)
      throw new InvalidArgumentError({
        argument: `classes[${JSON.stringify(caption)}]`,
        received: label,
        expected: `an integer from 0 to ${config.classes - 1}`,
      });
  }
}
