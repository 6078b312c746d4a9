import { WeightsError } from "@glissade/graph";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { describe, expect, it } from "vitest";
import { bytesSource } from "../bytes/byte-source.ts";
import { bytes, concat } from "./__fixtures__/byte-parts.ts";
import { zipOf, zipWithIdleZip64 } from "./__fixtures__/zip-builder.ts";
import { readStoredZip } from "./stored-zip.ts";

const data = Uint8Array.of(1, 2, 3, 4, 5);
const entries = (archive: Uint8Array) => readStoredZip(bytesSource(archive));

async function written(name: string, content: Uint8Array, options: object): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), options);
  await writer.add(name, new Uint8ArrayReader(content));
  return writer.close();
}

describe("a zip archive that only stores", () => {
  it("says where the bytes of each entry lie", async () => {
    const archive = zipOf([
      { name: "a/one", data },
      { name: "a/two", data: new Uint8Array(0) },
    ]);
    const found = await entries(archive);
    const { offset = 0, length = 0 } = found.get("a/one") ?? {};
    expect(archive.subarray(offset, offset + length)).toEqual(data);
    expect(found.get("a/one")?.crc32).toBe(0x470b99f4); // zlib.crc32(bytes([1, 2, 3, 4, 5]))
    expect(found.get("a/two")?.length).toBe(0);
  });

  it("finds every entry behind zip64 records that nothing needs, however long the first entry's name", async () => {
    for (let length = 1; length <= 120; length++) {
      const name = "n".repeat(length);
      const archive = zipWithIdleZip64([
        { name, data },
        { name: "b", data: Uint8Array.of(9, 8) },
        { name: "c", data },
      ]);
      const found = await entries(archive);
      expect([...found.keys()]).toEqual([name, "b", "c"]);
      const { offset = 0 } = found.get("b") ?? {};
      expect(archive.subarray(offset, offset + 2)).toEqual(Uint8Array.of(9, 8));
    }
  });

  it.each([{ zip64: true }, { dataDescriptor: true }, { zip64: true, dataDescriptor: true }])(
    "reads what another writer wrote with %o",
    async (options) => {
      const archive = await written("data", data, { level: 0, ...options });
      const { offset = 0, length = 0 } = (await entries(archive)).get("data") ?? {};
      expect(archive.subarray(offset, offset + length)).toEqual(data);
    },
  );

  it.each([
    [
      "a bomb: a million zeros compressed to a thousand bytes",
      () => written("data", new Uint8Array(1_000_000), { level: 9 }),
      "is compressed",
    ],
    [
      "an encrypted entry",
      () => written("data", data, { level: 0, password: "x" }),
      "is encrypted",
    ],
    [
      "an entry that claims to be encrypted",
      () => zipOf([{ name: "a", data, lies: { flags: 1 } }]),
      "is encrypted",
    ],
    [
      "an unknown compression method",
      () => zipOf([{ name: "a", data, lies: { method: 99 } }]),
      "is compressed",
    ],
    [
      "a size beyond the file",
      () => zipOf([{ name: "a", data, lies: { size: 2 ** 31 } }]),
      "cannot be read",
    ],
    [
      "a size that runs into the directory",
      () => zipOf([{ name: "a", data, lies: { size: 20 } }]),
      "cannot be read",
    ],
    [
      "two sizes",
      () => zipOf([{ name: "a", data, lies: { size: 2 ** 30, compressedSize: 5 } }]),
      "states two sizes",
    ],
    [
      "an offset beyond the file",
      () => zipOf([{ name: "a", data, lies: { offset: 2 ** 31 } }]),
      "cannot be read",
    ],
    [
      "an offset to something else",
      () => zipOf([{ name: "a", data, lies: { offset: 3 } }]),
      "cannot be read",
    ],
    [
      "one name twice",
      () =>
        zipOf([
          { name: "a", data },
          { name: "a", data: Uint8Array.of(9) },
        ]),
      "duplicate filename",
    ],
    [
      "a thousand entries on the same bytes",
      () =>
        zipOf(
          Array.from({ length: 1000 }, (_, i) => ({
            name: `e${String(i).padStart(3, "0")}`,
            data,
            lies: { offset: 0 },
          })),
        ),
      "cannot be read",
    ],
    [
      "a name that climbs out of its folder",
      () => zipOf([{ name: "../a", data }]),
      "cannot be read",
    ],
    [
      "something before the archive",
      () => concat([bytes("#!/bin/sh\n"), zipOf([{ name: "a", data }])]),
      "prepended data",
    ],
    [
      "something after the archive",
      () => concat([zipOf([{ name: "a", data }]), bytes("tail")]),
      "appended data",
    ],
    [
      "one archive after another",
      () => concat([zipOf([{ name: "a", data }]), zipOf([{ name: "a", data: Uint8Array.of(6) }])]),
      "prepended data",
    ],
    [
      "zip64 records that say something else",
      () => zipWithIdleZip64([{ name: "a", data }], { count: 2 }),
      "trailing central directory data",
    ],
    ["nothing", () => new Uint8Array(0), "cannot be read"],
  ])("refuses %s", async (_, archive, reason) => {
    const error: unknown = await entries(await archive()).catch((thrown: unknown) => thrown);
    expect(WeightsError.isInstance(error) && error.message).toContain(reason);
  });

  it("refuses an archive cut anywhere", async () => {
    const archive = zipOf([
      { name: "a/one", data },
      { name: "a/two", data },
    ]);
    for (let length = 0; length < archive.length; length++) {
      const error: unknown = await entries(archive.subarray(0, length)).catch(
        (thrown: unknown) => thrown,
      );
      expect(WeightsError.isInstance(error)).toBe(true);
    }
  });

  it("refuses a directory that would not fit in memory, without reading it", async () => {
    const end = zipOf([]);
    new DataView(end.buffer).setUint16(8, 60_000, true);
    new DataView(end.buffer).setUint16(10, 60_000, true);
    new DataView(end.buffer).setUint32(12, 2 ** 31, true);
    const size = 2 ** 31 + end.length;
    let longest = 0;
    const source = {
      label: "huge",
      size,
      async read(offset: number, length: number) {
        longest = Math.max(longest, length);
        const part = new Uint8Array(length);
        for (let i = Math.max(offset, size - end.length); i < offset + length; i++)
          part[i - offset] = end[i - size + end.length] as number;
        return part;
      },
      async close() {},
    };
    await expect(readStoredZip(source)).rejects.toThrow("directory has more than");
    expect(longest).toBeLessThan(200_000);
  });
});
