import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";

/** A tar as tar-stream writes it. */
export async function tarBytes(members: readonly (readonly [name: string, content: Uint8Array | string])[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of members) tar.entry({ name }, Buffer.from(content));
  tar.finalize();
  return buffer(tar);
}
