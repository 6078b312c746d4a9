import { describe, expect, it } from "vitest";
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

/** What every backend refuses before it runs, with what was expected. */
export function testRefusedInputs(make: () => Backend): void {
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
    it.each(wrong)("are refused: %s", async (_, inputs, message) => {
      const error = await errorWith(inputs);
      expect(InvalidArgumentError.isInstance(error)).toBe(true);
      expect(String(error)).toMatch(message);
    });

    it("are refused where the graph has no such input", async () => {
      const error = await errorWith({ ...good, imag: good.image });
      expect(UnknownNameError.isInstance(error) && error.known).toEqual(["image", "t"]);
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
