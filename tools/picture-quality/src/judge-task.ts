import { UnknownNameError } from "@glissade/core";
import { typedTensor } from "@glissade/graph";
import type { GraphInputs, PreparedBatch, TrainingBatch, TrainingTask } from "@glissade/train";
import { type JudgeShape, judgeLossGraph, plainJudgeGraph } from "./judge-network.ts";
import { hitsOf } from "./ranking.ts";

/** Of a target, spread evenly over all things: some images could well be of two of them. */
const smoothing = 0.1;

/** Telling things apart; an image's caption is its thing's name. */
export function judgeTask(things: readonly string[], shape: JudgeShape): TrainingTask {
  const numbers = new Map(things.map((name, number) => [name, number]));
  return {
    name: "judge",
    parameterShapes: () =>
      plainJudgeGraph(shape).parameters.map(({ name, dims }) => ({ name, dims })),
    lossGraph: (batch) => judgeLossGraph(shape, { batch, smoothing }),
    prepare: ({ images, captions }: TrainingBatch): PreparedBatch => {
      const answers = captions.map((asked) => {
        const number = numbers.get(asked);
        if (number === undefined)
          throw new UnknownNameError({ kind: "thing", asked, known: things });
        return number;
      });
      const y = typedTensor("int64", [answers.length], BigInt64Array.from(answers, BigInt));
      return { inputs: { x: images, y }, finish: (outputs) => progressOf(outputs, answers) };
    },
    looksBack: false,
    state: () => undefined,
    restore() {},
  };
}

/** The loss and the share of images that were told right, for the log. */
function progressOf(outputs: readonly GraphInputs[], answers: readonly number[]) {
  const losses = outputs.flatMap((part) => numbersOf(part, "loss"));
  const logits = outputs.flatMap((part) => numbersOf(part, "logits"));
  const things = logits.length / answers.length;
  const found = answers.filter(
    (answer, row) => hitsOf(logits.slice(row * things, (row + 1) * things), answer).top1,
  );
  const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  return { loss, "accuracy@1": found.length / answers.length };
}

function numbersOf(part: GraphInputs, name: string): number[] {
  const value = part[name];
  return value?.dtype === "float32" ? [...value.data] : [];
}
