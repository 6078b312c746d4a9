import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tarBytes } from "./__fixtures__/tar-bytes.ts";
import { temporaryFolder } from "./__fixtures__/temporary-folder.ts";
import { expandBraces } from "./brace-pattern.ts";
import { listExamples } from "./list-examples.ts";
import { TrainingDataError } from "./training-data-error.ts";

const list = (...paths: string[]) => listExamples(paths, {});

/** Without the folder, whose name differs from run to run. */
async function listedIn(folder: string, ...paths: string[]) {
  const { examples, skipped } = await list(...paths.map((path) => join(folder, path)));
  const short = (name: string) => name.replace(`${folder}/`, "");
  return {
    names: examples.map(({ name }) => short(name)),
    skipped: Object.fromEntries(skipped.map(({ file, reason }) => [short(file), reason])),
  };
}

describe("listing a folder", () => {
  it("pairs images of every format with their text files, in sub-folders too", async () => {
    const stems = [
      "a.PNG",
      "b.jpg",
      "c.jpeg",
      "d.webp",
      "e.gif",
      "f.tif",
      "g.tiff",
      "h.avif",
      "sub/deep/a.png",
      "v1.2.png",
    ];
    const files = stems.flatMap((name) => [name, name.replace(/\.\w+$/, ".txt")]);
    const folder = await temporaryFolder(
      Object.fromEntries(
        [...files, "README.txt", ".hidden.png", "notes.md"].map((name) => [name, "x"]),
      ),
    );
    expect(await listedIn(folder, ".")).toEqual({ names: stems, skipped: {} });
  });

  it("names images without a caption and formats that are not read", async () => {
    const folder = await temporaryFolder({
      "a.png": "",
      "a.txt": "",
      "sub/b.png": "",
      "c.bmp": "",
      "c.txt": "",
      "d.tar": "",
    });
    expect(await listedIn(folder, ".")).toEqual({
      names: ["a.png"],
      skipped: {
        "sub/b.png": "it has no caption: there is no sub/b.txt",
        "c.bmp": ".bmp images cannot be read; convert it to PNG",
        "d.tar": "shards among single images are not read; open them by their own path",
      },
    });
  });

  it("keeps control characters out of messages", async () => {
    const folder = await temporaryFolder({ "a\u001b[31m.png": "", "a.png": "", "a.txt": "" });
    expect(Object.keys((await listedIn(folder, ".")).skipped)).toEqual(["a\ufffd[31m.png"]);
  });

  it("follows links to files only", async () => {
    const folder = await temporaryFolder({ "real/a.png": "", "real/a.txt": "" });
    await symlink(join(folder, "real", "a.png"), join(folder, "b.png"));
    await symlink(join(folder, "real", "a.txt"), join(folder, "b.txt"));
    await symlink(folder, join(folder, "circle"));
    await symlink(join(folder, "nowhere.png"), join(folder, "broken.png"));
    const { names, skipped } = await listedIn(folder, ".");
    expect(names).toEqual(["b.png", "real/a.png"]);
    expect(skipped).toEqual({
      circle: "links to folders are not followed",
      "broken.png": "it is no regular file",
    });
  });

  it("says what was there instead", async () => {
    const folder = await temporaryFolder({
      "texts/a.txt": "",
      "texts/b.txt": "",
      "texts/c.csv": "",
      "images/a.png": "",
      "images/b.png": "",
      "a.txt": "",
    });
    await mkdir(join(folder, "empty"));
    await expect(list(join(folder, "empty"))).rejects.toThrow(
      /empty cannot be trained on: the folder is empty\. Give a folder of images/,
    );
    await expect(list(join(folder, "texts"))).rejects.toThrow(
      "it has no image (but 2 .txt, 1 .csv)",
    );
    await expect(list(join(folder, "images"))).rejects.toThrow(
      /it has 2 images, none with a caption\. Passed over: .*a\.png: it has no caption: there is no a\.txt/,
    );
    await expect(list(join(folder, "missing"))).rejects.toThrow("there is no such file");
    await expect(list(join(folder, "a.txt"))).rejects.toThrow(
      "neither a folder nor a .jsonl or .tar file",
    );
    const error = await list(join(folder, "images")).catch((reason: unknown) => reason);
    expect(TrainingDataError.isInstance(error) && error.skipped.length).toBe(2);
    await expect(list()).rejects.toThrow("expected at least one path");
  });
});

describe("listing a manifest", () => {
  it("takes the keys of either habit, and lists of captions", async () => {
    const lines = [
      { file: "a.png", caption: "an apple" },
      { file_name: "sub/b.jpg", text: "a bee" },
      { image: "./c.png", captions: ["a cat", "a kitten"] },
    ];
    const folder = await temporaryFolder({
      "m.jsonl": `\ufeff${lines.map((line) => JSON.stringify(line)).join("\r\n")}\n\n`,
    });
    const { examples, skipped } = await list(join(folder, "m.jsonl"));
    expect(skipped).toEqual([]);
    expect(examples.map(({ image }) => image.path)).toEqual(
      ["a.png", "sub/b.jpg", "c.png"].map((name) => join(folder, name)),
    );
    expect(examples.map(({ captions }) => captions)).toEqual([
      ["an apple"],
      ["a bee"],
      ["a cat", "a kitten"],
    ]);
  });

  it("is what a folder with a metadata.jsonl is", async () => {
    const folder = await temporaryFolder({
      "metadata.jsonl": '{"file_name":"a.png","text":"an apple"}',
      "a.png": "",
      "b.png": "",
    });
    expect(await listedIn(folder, ".")).toEqual({ names: ["a.png"], skipped: {} });
  });

  it("names every line that is of no use", async () => {
    const bad: [line: string | Buffer, reason: string][] = [
      ["{", "it is not valid JSON"],
      ["[1]", "it is no JSON object"],
      ['{"caption":"x"}', "it names no image (none of the keys file, file_name, image)"],
      ['{"file":7,"caption":"x"}', "its file is no text"],
      ['{"file":"a.png"}', "it has no caption (none of the keys caption, text, captions)"],
      ['{"file":"a.png","caption":"  "}', "its caption is empty"],
      ['{"file":"a.png","caption":{}}', "its caption is neither a text nor a list of texts"],
      [
        `{"file":"a.png","caption":"${"x".repeat(70_000)}"}`,
        "its caption has 70000 characters, more than the 65536 allowed",
      ],
      ['{"file":"../a.png","caption":"x"}', "its path leads out of the folder"],
      ['{"file":"sub/../../a.png","caption":"x"}', "its path leads out of the folder"],
      ['{"file":"..\\\\a.png","caption":"x"}', "its path leads out of the folder"],
      [
        '{"file":"/etc/passwd","caption":"x"}',
        "its path is absolute; write paths relative to the file that lists them",
      ],
      [
        '{"file":"C:\\\\a.png","caption":"x"}',
        "its path is absolute; write paths relative to the file that lists them",
      ],
      ['{"file":"a\\u0000.png","caption":"x"}', "its path is empty or holds a zero byte"],
      [Buffer.from([0x22, 0xff, 0x22]), "it is not UTF-8 text"],
      ["x".repeat(1_100_000), "the line is longer than 1048576 bytes"],
    ];
    const manifest = Buffer.concat(
      [...bad.map(([line]) => line), '{"file":"good.png","caption":"x"}'].flatMap((line) => [
        Buffer.from(line),
        Buffer.from("\n"),
      ]),
    );
    const folder = await temporaryFolder({ "m.jsonl": manifest });
    expect(await listedIn(folder, "m.jsonl")).toEqual({
      names: ["good.png"],
      skipped: Object.fromEntries(bad.map(([, reason], line) => [`m.jsonl:${line + 1}`, reason])),
    });
  });

  it("that names nothing is an error", async () => {
    const folder = await temporaryFolder({ "m.jsonl": "{}\n{}\n", "empty.jsonl": "" });
    await expect(list(join(folder, "m.jsonl"))).rejects.toThrow(
      "none of the manifest's 2 lines names an image and its caption. Passed over: ",
    );
    await expect(list(join(folder, "empty.jsonl"))).rejects.toThrow("the manifest is empty");
  });
});

describe("listing shards", () => {
  it("pairs members by the key before the first dot", async () => {
    const shard = await tarBytes([
      ["x/1.txt", "one"],
      ["x/1.jpg", "…"],
      ["x/1.seg.png", "…"],
      ["2.PNG", "…"],
      ["2.json", "{}"],
      ["3.png", "…"],
      ["4.txt", "alone"],
      ["5.jpg", "…"],
      ["5.png", "…"],
      ["5.txt", "five"],
      ["../../6.png", "…"],
      ["../../6.txt", "six"],
      ["._7.png", "…"],
    ]);
    const folder = await temporaryFolder({ "a.tar": shard });
    expect(await listedIn(folder, "a.tar")).toEqual({
      names: ["a.tar/x/1.jpg", "a.tar/2.PNG", "a.tar/5.jpg"],
      skipped: {
        "a.tar/3.png":
          "it has no caption: there is no member of its key that ends in .txt or .json",
        "a.tar/5.png": "its key has another image before it, which is used",
        "a.tar/../../6.png": "its path leads out of the folder",
        "a.tar/../../6.txt": "its path leads out of the folder",
      },
    });
  });

  it("takes several, a folder of them, or a pattern, and keeps what lies before damage", async () => {
    const shard = (key: string) =>
      tarBytes([
        [`${key}.jpg`, "…"],
        [`${key}.txt`, key],
        [`${key}z.jpg`, "…".repeat(200)],
      ]);
    const [first, second] = [await shard("a"), await shard("b")];
    const folder = await temporaryFolder({
      "s-009.tar": first,
      "s-010.tar": second.subarray(0, 2700),
    });
    const expected = {
      names: ["s-009.tar/a.jpg", "s-010.tar/b.jpg"],
      skipped: {
        "s-009.tar/az.jpg":
          "it has no caption: there is no member of its key that ends in .txt or .json",
        "s-010.tar":
          "it ends at byte 2700, within a member that should end at 3160; what comes after that is not listed",
      },
    };
    expect(await listedIn(folder, "s-{009..010}.tar")).toEqual(expected);
    expect(await listedIn(folder, ".")).toEqual(expected);
    expect(await listedIn(folder, "s-009.tar", "s-010.tar")).toEqual(expected);
    await expect(list(join(folder, "s-{009..011}.tar"))).rejects.toThrow(
      /s-011\.tar cannot be trained on: there is no such file/,
    );
  });

  it("without an example is an error", async () => {
    const folder = await temporaryFolder({
      "a.tar": await tarBytes([["1.png", "…"]]),
      "b.tar": "no tar at all",
    });
    await expect(list(join(folder, "a.tar"))).rejects.toThrow(
      "none of the shard's 1 member is an image with a caption",
    );
    await expect(list(join(folder, "b.tar"))).rejects.toThrow("it ends within a header");
  });
});

describe("a brace pattern", () => {
  it("counts with leading zeros where it is written with them", () => {
    expect(expandBraces("a-{08..11}.tar")).toEqual([
      "a-08.tar",
      "a-09.tar",
      "a-10.tar",
      "a-11.tar",
    ]);
    expect(expandBraces("{9..10}-{0..1}")).toEqual(["9-0", "9-1", "10-0", "10-1"]);
    expect(expandBraces("plain{a}.tar")).toEqual(["plain{a}.tar"]);
  });

  it("refuses what is no range", () => {
    expect(() => expandBraces("{5..1}.tar")).toThrow("runs upwards");
    expect(() => expandBraces("{0..99999999}.tar")).toThrow("at most 100000");
    expect(() => expandBraces("{0..9999}{0..9999}")).toThrow("at most 100000");
  });
});
