import { defaultDataFolder, readRecords } from "./data-folder.ts";
import { exampleRandom } from "./example-random.ts";
import { drawSceneOf, scenePool } from "./scenes.ts";

export interface CaptionOptions {
  /** @default `$GLISSADE_DATA`, or `.data/emoji` in the repository */
  readonly folder?: string;
  /** How many captions of scenes to add. @default 3000 */
  readonly scenes?: number;
  /** Of the scenes. @default 0 */
  readonly seed?: number;
}

/**
 * Captions for a tokeniser: all that are stored, then some of scenes. Without pixels, so it takes a
 * second.
 */
export async function* trainingCaptions({
  folder = defaultDataFolder(),
  scenes = 3000,
  seed = 0,
}: CaptionOptions = {}): AsyncGenerator<string> {
  const records = await readRecords(folder);
  for (const { captions } of records) yield* captions;
  const pool = scenePool(records);
  if (pool.size === 0) return;
  for (let scene = 0; scene < scenes; scene++)
    yield drawSceneOf("train", exampleRandom(seed, scene), pool).caption;
}
