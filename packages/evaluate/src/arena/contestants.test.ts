import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodePng, encodePng, InvalidArgumentError } from "@glissade/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  contestImage,
  makeContest,
  recordedImage,
  temporaryFolder,
} from "./__fixtures__/contest-images.ts";
import { ContestantsError } from "./arena-errors.ts";
import { openContestants } from "./contestants.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const captionsOf = async (...given: Parameters<typeof openContestants>) =>
  (await openContestants(...given)).images.map(({ caption }) => caption);

describe("openContestants", () => {
  it("matches images by their names, and says what it leaves out", async () => {
    const sets = await makeContest(folder.path, { images: 3, captions: false });
    await rm(join(folder.path, "folder-1", "0002.png"));
    await writeFile(join(folder.path, "folder-0", "readme.txt"), "not an image");
    const { names, images, warnings } = await openContestants(sets);
    expect(names).toEqual(["secret-alpha", "secret-beta"]);
    expect(images).toEqual([
      { file: "0001.png", caption: null },
      { file: "0003.png", caption: null },
    ]);
    expect(warnings).toEqual([
      '1 image of "secret-alpha" is left out: the others have none of the same name.',
    ]);
  });

  it("orders 2.png before 10.png, so that an array of captions fits", async () => {
    const sets = [0, 1].map((k) => ({ name: `set ${k}`, folder: join(folder.path, `${k}`) }));
    for (const { folder: path } of sets) {
      await mkdir(path);
      for (const name of ["10.png", "2.png", "1.png"])
        await writeFile(join(path, name), encodePng(contestImage(1, 2, 3)));
    }
    await writeFile(join(folder.path, "0", "captions.json"), JSON.stringify(["one", "two", "ten"]));
    expect((await openContestants(sets)).images).toEqual([
      { file: "1.png", caption: "one" },
      { file: "2.png", caption: "two" },
      { file: "10.png", caption: "ten" },
    ]);
  });

  it("takes captions from an object by file name, with or without its ending, and from a file of another place", async () => {
    const sets = await makeContest(folder.path, { images: 3 });
    const captions = join(folder.path, "elsewhere.json");
    await writeFile(captions, JSON.stringify({ "0001.png": " a red apple ", "0003": "a tree" }));
    expect(await captionsOf(sets, { captions })).toEqual(["a red apple", null, "a tree"]);
  });

  it("takes the prompt that glissade wrote into an image where there is no file of captions", async () => {
    const sets = await makeContest(folder.path, { images: 2, captions: false });
    await writeFile(join(folder.path, "folder-0", "0002.png"), recordedImage("a green tree"));
    expect(await captionsOf(sets)).toEqual([null, "a green tree"]);
  });

  it("gives images with nothing but pixels: no text, no transparency", async () => {
    const sets = await makeContest(folder.path, { images: 1, captions: false });
    await writeFile(join(folder.path, "folder-0", "0001.png"), recordedImage("a green tree"));
    const { read } = await openContestants(sets);
    const served = await read("secret-alpha", "0001.png");
    expect(decodePng(served)).toEqual({ image: contestImage(1, 2, 3), text: {} });
    expect(Buffer.from(served).includes("secret")).toBe(false);
    await expect(read("secret-alpha", "../folder-1/0001.png")).rejects.toThrow(
      InvalidArgumentError,
    );
    await expect(read("nobody", "0001.png")).rejects.toThrow(InvalidArgumentError);
  });

  it("refuses fewer than two sets, and names that are taken or empty", async () => {
    const [first, second] = await makeContest(folder.path);
    if (!first || !second) throw new Error("two were made");
    await expect(openContestants([first])).rejects.toThrow("2 to 64 named folders");
    await expect(openContestants([first, { ...second, name: first.name }])).rejects.toThrow(
      "a name that no other contestant has",
    );
    await expect(openContestants([first, { ...second, name: "" }])).rejects.toThrow(
      InvalidArgumentError,
    );
  });

  it("says which folder is missing, empty, or shares no name with the others", async () => {
    const [first] = await makeContest(folder.path);
    if (!first) throw new Error("it was made");
    const other = { name: "other", folder: join(folder.path, "other") };
    await expect(openContestants([first, other])).rejects.toThrow(
      /other" cannot be read \(ENOENT\)/,
    );
    await mkdir(other.folder);
    await expect(openContestants([first, other])).rejects.toThrow("holds no PNG files");
    await writeFile(join(other.folder, "x.png"), encodePng(contestImage(1, 2, 3)));
    await expect(openContestants([first, other])).rejects.toThrow(
      "No file name is in all of the folders",
    );
  });

  it("finds files that are no images, or cut off, before anyone votes", async () => {
    const sets = await makeContest(folder.path);
    const path = join(folder.path, "folder-1", "0003.png");
    const whole = await readFile(path);
    await writeFile(path, "Dear reader, this is a letter");
    await expect(openContestants(sets)).rejects.toThrow("0003.png is no image");
    await writeFile(path, whole.subarray(0, whole.length - 20));
    await expect(openContestants(sets)).rejects.toThrow("0003.png is cut off");
    await writeFile(path, "");
    await expect(openContestants(sets)).rejects.toThrow(ContestantsError);
  });

  it("says where an image has gone, or turns out to be damaged inside, when it is shown", async () => {
    const sets = await makeContest(folder.path);
    const { read } = await openContestants(sets);
    await rm(join(folder.path, "folder-1", "0003.png"));
    await expect(read("secret-beta", "0003.png")).rejects.toThrow(ContestantsError);
    const path = join(folder.path, "folder-1", "0004.png");
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 255;
    await writeFile(path, bytes);
    await expect(read("secret-beta", "0004.png")).rejects.toThrow("cannot be read as an image: ");
  });

  it.each([
    ["three captions for 4 images", ["a", "b", "c"], "has 3 captions for 4 images"],
    ["a number", 7, "neither an array of captions nor an object"],
    ["a caption that is no text", ["a", "b", 3, "d"], "is wrong at 2"],
    ["a caption of any length", { "0001.png": "x".repeat(2001) }, 'is wrong at "0001.png"'],
  ])("refuses captions that are %s", async (_, json, message) => {
    const sets = await makeContest(folder.path);
    await writeFile(join(folder.path, "folder-0", "captions.json"), JSON.stringify(json));
    await expect(openContestants(sets)).rejects.toThrow(message);
  });

  it("refuses captions that are no JSON or not there", async () => {
    const sets = await makeContest(folder.path);
    await writeFile(join(folder.path, "folder-0", "captions.json"), "[");
    await expect(openContestants(sets)).rejects.toThrow("it is not JSON");
    await expect(
      openContestants(sets, { captions: join(folder.path, "none.json") }),
    ).rejects.toThrow("ENOENT");
  });

  it("stops where it is aborted", async () => {
    const sets = await makeContest(folder.path);
    await expect(
      openContestants(sets, { signal: AbortSignal.abort(new Error("enough")) }),
    ).rejects.toThrow("enough");
  });
});
