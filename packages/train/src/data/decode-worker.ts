import { parentPort } from "node:worker_threads";
import sharp from "sharp";
import { captionsFromBytes, maxCaptionBytes, maxCaptionRecordBytes } from "./captions.ts";
import { type DecodedImage, decodeImage } from "./decode-image.ts";
import type {
  CaptionSource,
  DecodedExample,
  DecodeReply,
  DecodeRequest,
} from "./decode-messages.ts";
import { readRange } from "./file-range.ts";
import { reasonOf, UnusableFile } from "./unusable-file.ts";

/** A compressed image of more bytes than this is none that is shrunk to a network's input. */
const maxImageBytes = 256 * 1024 * 1024;

// One image a worker at a time, on one thread: the pool decides how much of the machine is used.
sharp.concurrency(1);
sharp.cache(false);

const port = parentPort;
if (!port) throw new Error("decode-worker runs only as a worker thread.");

port.on("message", async (request: DecodeRequest | undefined) => {
  if (!request) return port.close(); // with nothing left to listen to, the thread ends
  try {
    const example = await decodeExample(request);
    port.postMessage({ example } satisfies DecodeReply, [example.image.data.buffer]);
  } catch (error) {
    port.postMessage({ unusable: reasonOf(error) } satisfies DecodeReply);
  }
});

async function decodeExample({
  image,
  captions,
  side,
  keep,
}: DecodeRequest): Promise<DecodedExample & { readonly image: DecodedImage }> {
  // first: it is the cheaper way to find that an example cannot be used
  const lines = await readCaptions(captions);
  return {
    captions: lines,
    image: await decodeImage(await readRange(image, maxImageBytes), { side, keep }),
  };
}

async function readCaptions(source: CaptionSource): Promise<readonly string[]> {
  if (!("range" in source)) return source;
  const { range, format } = source;
  try {
    return captionsFromBytes(
      await readRange(range, format === "text" ? maxCaptionBytes : maxCaptionRecordBytes),
      format,
    );
  } catch (error) {
    throw new UnusableFile(`its caption cannot be used: ${reasonOf(error)}`);
  }
}
