import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { RealPart } from "./real-parts.ts";

/** Where the judge lies in the repository. */
export const judgeFolder = fileURLToPath(new URL("../judge", import.meta.url));

/** How many images were told right, first and among the first five. */
export interface Score {
  readonly images: number;
  readonly top1: number;
  readonly top5: number;
}

/** Images of a thing that the judge takes for another one. */
export interface Confusion {
  readonly thing: string;
  readonly takenFor: string;
  readonly images: number;
}

/** `judge.json`: what the weights belong to, and how good they are. */
export interface JudgeDescription {
  readonly channels: readonly [number, number, number];
  /** The things in the order of the logits. */
  readonly things: readonly string[];
  /** Their other names. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly training: JudgeTraining;
  /** Of all real images of a part; `augmented` are trained ones, changed as in training. */
  readonly accuracy: Readonly<Record<RealPart | "augmented", Score>>;
  /** The same by thing. */
  readonly byThing: Readonly<Record<string, Readonly<Partial<Record<RealPart, Score>>>>>;
  readonly confusions: readonly Confusion[];
}

export interface JudgeTraining {
  readonly seed: number;
  readonly steps: number;
  readonly examples: number;
  /** The source of images that no example came from. */
  readonly leftOut: string;
}

/** Reads what `train-judge` wrote. */
export async function readJudgeDescription(folder = judgeFolder): Promise<JudgeDescription> {
  return JSON.parse(await readFile(`${folder}/judge.json`, "utf8"));
}

export const judgeWeightsPath = (folder = judgeFolder) => `${folder}/model.safetensors`;
