import { type AnyTensor, type Backend, loadGlide } from "@glissade/core";
import { emoji } from "../index.ts";

/** What the emoji model gives on a backend. */
export interface EmojiOutputs {
  /** Of each network in the order of the runs, numbers by name. */
  readonly networks: readonly Readonly<Record<string, readonly number[]>>[];
  /** The image's bytes. */
  readonly image: readonly number[];
}

/**
 * An image, and every number that the networks gave for it. Of one step and one row: a software
 * adapter takes seconds for a pass.
 */
export async function emojiOutputs(backend: Backend): Promise<EmojiOutputs> {
  const networks: Record<string, readonly number[]>[] = [];
  const glide = await loadGlide(emoji, { backend: listening(backend, (outputs) => networks.push(valuesOf(outputs))) });
  const { images } = await glide.generate({ prompt: "red apple", seed: 5, steps: 1, guidance: 1, upscale: false });
  await glide.dispose();
  return { networks, image: Array.from(images[0]?.data ?? []) };
}

/** The same backend, which tells what its networks give. */
function listening(backend: Backend, onOutputs: (outputs: Readonly<Record<string, AnyTensor>>) => void): Backend {
  return {
    specificationVersion: backend.specificationVersion,
    name: backend.name,
    get provider() {
      return backend.provider;
    },
    async compile(...given) {
      const network = await backend.compile(...given);
      return {
        async run(...inputs) {
          const outputs = await network.run(...inputs);
          onOutputs(outputs);
          return outputs;
        },
        dispose: () => network.dispose(),
      };
    },
    dispose: () => backend.dispose(),
  };
}

function valuesOf(outputs: Readonly<Record<string, AnyTensor>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)]));
}
