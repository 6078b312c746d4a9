import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tarBytes } from "./__fixtures__/tar-bytes.ts";
import { temporaryFolder } from "./__fixtures__/temporary-folder.ts";
import { type TarMember, tarMembers } from "./tar-members.ts";

const longName = `${"folder/".repeat(30)}ünï.txt`;

async function listed(bytes: Uint8Array): Promise<{ members: TarMember[]; error?: string }> {
  const path = join(await temporaryFolder(), "a.tar");
  await writeFile(path, bytes);
  const members: TarMember[] = [];
  try {
    for await (const member of tarMembers(path)) members.push(member);
    return { members };
  } catch (error) {
    return { members, error: String(error) };
  }
}

/** Writes a field of the header at an offset, and its checksum anew. */
function forge(tar: Buffer, header: number, field: number, value: string): Buffer {
  const forged = Buffer.from(tar);
  forged.write(value, header + field, "latin1");
  forged.write("        ", header + 148, "latin1");
  const sum = forged.subarray(header, header + 512).reduce((total, byte) => total + byte, 0);
  forged.write(`${sum.toString(8).padStart(6, "0")}\0 `, header + 148, "latin1");
  return forged;
}

describe("the members of a tar", () => {
  it("lie where their bytes are, also with long and non-ASCII names, empty ones, and many in a window", async () => {
    const contents = Array.from(
      { length: 200 },
      (_, i) => [i === 7 ? longName : `${i}.txt`, "x".repeat((i * 131) % 3000)] as const,
    );
    const bytes = await tarBytes(contents);
    const { members, error } = await listed(bytes);
    expect(error).toBeUndefined();
    expect(
      members.map(({ name, offset, length }) => [
        name,
        bytes.toString("utf8", offset, offset + length),
      ]),
    ).toEqual(contents);
  });

  it("have GNU's long names too", async () => {
    const tar = await tarBytes([
      ["././@LongLink", `${longName}\0`],
      ["cut", "content"],
    ]);
    const { members } = await listed(forge(tar, 0, 156, "L"));
    expect(members).toEqual([{ name: longName, offset: 1536, length: 7 }]);
  });

  it("are listed up to where a tar was cut off", async () => {
    const bytes = await tarBytes([
      ["a.txt", "a"],
      ["b.txt", "b".repeat(2000)],
    ]);
    const { members, error } = await listed(bytes.subarray(0, 2000));
    expect(members.map(({ name }) => name)).toEqual(["a.txt"]);
    expect(error).toContain("it ends at byte 2000, within a member");
    expect((await listed(bytes.subarray(0, 1100))).error).toContain("within a header");
    // ends between members: forgiven
    expect(await listed(bytes.subarray(0, 1024))).toMatchObject({ members: [{ name: "a.txt" }] });
  });

  it("are not believed where their header lies", async () => {
    const bytes = await tarBytes([["a.txt", "a"]]);
    expect((await listed(forge(bytes, 0, 124, "77777777777"))).error).toContain("within a member");
    expect((await listed(forge(bytes, 0, 124, "99999999999"))).error).toContain("no valid size");
    expect((await listed(forge(bytes, 0, 124, "-0000000001"))).error).toContain("no valid size");
    expect(
      (await listed(forge(bytes, 0, 124, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")))
        .error,
    ).toContain("no valid size");
    const damaged = Buffer.from(bytes);
    damaged[0] = 0x7a;
    expect((await listed(damaged)).error).toContain("a header is damaged");
  });

  it("do not include links and folders", async () => {
    const bytes = await tarBytes([
      ["a.txt", ""],
      ["b.txt", "b"],
    ]);
    for (const type of ["1", "2", "5"]) {
      const linked = forge(bytes, 0, 156, type);
      expect((await listed(linked)).members.map(({ name }) => name)).toEqual(["b.txt"]);
    }
  });

  it("are not looked for in damaged extended headers", async () => {
    const forged = async (records: string) =>
      listed(
        forge(
          await tarBytes([
            ["pax", records],
            ["a", "a"],
          ]),
          0,
          156,
          "x",
        ),
      );
    expect(await forged("15 path=b.txt\n\0\0")).toMatchObject({
      error: expect.stringContaining("damaged"),
    });
    expect(await forged("-4 =")).toMatchObject({ error: expect.stringContaining("damaged") });
    expect(await forged("14 path=b.txt\n")).toMatchObject({
      members: [{ name: "b.txt", length: 1 }],
    });
    expect(await forged("13 size=9999\n")).toMatchObject({
      error: expect.stringContaining("within a member"),
    });
    expect(await forged("11 size=-5\n")).toMatchObject({
      error: expect.stringContaining("no valid size"),
    });
  });

  it("are not looked for in compressed files", async () => {
    expect(
      (await listed(Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), Buffer.alloc(2000, 7)]))).error,
    ).toContain("gunzip");
  });
});
