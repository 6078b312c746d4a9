import {
  type AnyTensor,
  type Backend,
  GraphBuilder,
  InvalidArgumentError,
  tensor,
  typedTensor,
  UnknownNameError,
  weightsFromTensors,
} from "../index.ts";
import type { TestFramework } from "./operation-cases.ts";

/**
 * Defines tests for what every backend refuses before it runs, with a sentence that says what was
 * expected.
 */
export function testRefusedInputs({ describe, it }: TestFramework, make: () => Backend): void {
  const g = new GraphBuilder();
  const image = g.input("image", ["batch", 2]);
  const t = g.input("t", ["batch"], "int64");
  g.output("y", g.add(image, g.reshape(g.cast(t, "float32"), ["batch", 1])));
  const good = { image: tensor([3, 2]), t: typedTensor("int64", [3], new BigInt64Array(3)) };
  const wrong: [string, Record<string, AnyTensor>, RegExp][] = [
    [
      "a missing one",
      { image: good.image },
      /inputs\.t is undefined; expected a int64 tensor of shape \[batch\]/,
    ],
    [
      "another type",
      { ...good, t: tensor([3]) },
      /inputs\.t .*float32 tensor.*expected a int64 tensor/,
    ],
    [
      "another length",
      { ...good, image: tensor([3, 4]) },
      /inputs\.image .*\[3, 4\].*expected a float32 tensor of shape \[batch, 2\]/,
    ],
    ["another rank", { ...good, image: tensor([6]) }, /inputs\.image/],
    [
      "symbolic lengths that disagree",
      { ...good, t: typedTensor("int64", [2], new BigInt64Array(2)) },
      /batch is 3 in inputs\.image/,
    ],
    [
      "data that does not fill the shape",
      { ...good, image: { dtype: "float32", dims: [3, 2], data: new Float32Array(5) } },
      /5 elements/,
    ],
  ];

  describe("inputs that do not fit", () => {
    for (const [name, inputs, message] of wrong)
      it(`are refused: ${name}`, async () => {
        const error = await errorWith(inputs);
        if (!InvalidArgumentError.isInstance(error) || !message.test(error.message))
          throw new Error(`Expected an InvalidArgumentError like ${message}, not: ${error}`);
      });

    it("are refused where the graph has no such input", async () => {
      const error = await errorWith({ ...good, imag: good.image });
      if (!UnknownNameError.isInstance(error) || error.known.join() !== "image,t")
        throw new Error(`Expected an UnknownNameError that knows image and t, not: ${error}`);
    });
  });

  async function errorWith(inputs: Readonly<Record<string, AnyTensor>>): Promise<unknown> {
    const backend = make();
    const executable = await backend.compile(g.build(), weightsFromTensors({}));
    const error = await executable.run(inputs).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    await backend.dispose();
    return error;
  }
}
