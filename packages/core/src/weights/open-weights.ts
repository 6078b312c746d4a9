import type { WeightSource } from "@glissade/graph";
import { WeightsError } from "@glissade/graph";
import type { ByteSource, WeightFile } from "../bytes/byte-source.ts";
import { openByteSource } from "../bytes/open-byte-source.ts";
import { pickleStart } from "./pickle-start.ts";
import { safetensorsFrom } from "./safetensors.ts";

/**
 * Opens a weight file of either kind, `.safetensors` or a PyTorch checkpoint. Its first bytes
 * decide which it is, not its name.
 *
 * @throws WeightsError where the file is missing, of another kind, truncated, damaged or malicious.
 * @example `const weights = await openWeights("base.pt");`
 */
export async function openWeights(source: WeightFile): Promise<WeightSource> {
  return weightsFrom(await openByteSource(source));
}

/** The same over an open source, which it closes when disposed or when the file is refused. */
export async function weightsFrom(bytes: ByteSource): Promise<WeightSource> {
  const head = await bytes.read(0, Math.min(bytes.size, 512));
  if (startsWith(head, "PK\x03\x04") || head[0] === pickleStart)
    return (await import("./pytorch-checkpoint.ts")).checkpointFrom(bytes); // rare in a browser
  if (head[8] === 0x7b) return safetensorsFrom(bytes);
  await bytes.close();
  throw unknownFormat(bytes, head);
}

/** What people get instead of weights, by its first bytes. */
const impostors: readonly (readonly [start: string, what: string, advice: string])[] = [
  [
    "version https://git-lfs",
    "a Git LFS pointer, which stands for the weights",
    "Fetch the file itself: git lfs pull.",
  ],
  ["<", "a web page or XML", "The address gave a page instead of the file: download it again."],
  ["GGUF", "a GGUF file", "Convert it to safetensors first."],
  ["\x89HDF", "an HDF5 file", "Convert it to safetensors first."],
  ["\x1f\x8b", "compressed with gzip", "Unpack it first."],
  ["PK\x05\x06", "an empty zip archive", "Fetch the file again."],
];

function unknownFormat({ label, size }: ByteSource, head: Uint8Array): WeightsError {
  if (size === 0)
    return new WeightsError({
      file: label,
      reason: "the file is empty",
      advice: "Fetch it again.",
    });
  const [, what, advice] = impostors.find(([start]) => startsWith(head, start)) ?? [];
  return new WeightsError({
    file: label,
    reason: what
      ? `this is ${what}`
      : "this is neither a safetensors file nor a PyTorch checkpoint",
    advice: advice ?? "Check that it is the right file and that it arrived whole.",
  });
}

function startsWith(bytes: Uint8Array, start: string): boolean {
  return [...start].every((character, i) => bytes[i] === character.charCodeAt(0));
}
