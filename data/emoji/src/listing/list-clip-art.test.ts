import { describe, expect, it } from "vitest";
import { clipArtMetadata } from "./clip-art-metadata.ts";
import { nameClipArt } from "./list-clip-art.ts";

const vocabulary = new Set(["apple", "frog", "tree", "spain"]);
const unsaid = { title: "", author: "", keywords: [] };

const svg = (
  license: string,
  body = "",
) => `<svg><metadata><rdf:RDF><cc:Work><dc:title>Green Frog 01</dc:title>
  <dc:creator><cc:Agent><dc:title>Jane Doe</dc:title></cc:Agent></dc:creator>
  <rdf:li>unsorted</rdf:li><rdf:li>animal</rdf:li><cc:license rdf:resource="${license}"/></cc:Work></rdf:RDF></metadata>${body}</svg>`;

describe("clipArtMetadata", () => {
  it("reads title, author and keywords", () => {
    expect(clipArtMetadata(svg("http://web.resource.org/cc/PublicDomain"))).toEqual({
      title: "green frog 01",
      author: "jane doe",
      keywords: ["animal"],
      isPublicDomain: true,
      hasBitmap: false,
    });
  });

  it("trusts only files that say that they are in the public domain", () => {
    expect(
      clipArtMetadata(svg("http://creativecommons.org/licenses/GPL/2.0/")).isPublicDomain,
    ).toBe(false);
    expect(clipArtMetadata("<svg/>").isPublicDomain).toBe(false);
  });

  it("sees bitmaps", () => {
    expect(
      clipArtMetadata(svg("http://web.resource.org/cc/PublicDomain", '<image width="1"/>'))
        .hasBitmap,
    ).toBe(true);
  });
});

describe("nameClipArt", () => {
  it("takes the title, without numbers and the author's name", () => {
    expect(
      nameClipArt(
        "animals/x.svg",
        { ...unsaid, title: "green frog 01 doe", author: "jane doe" },
        vocabulary,
      )?.label,
    ).toBe("green frog");
  });

  it("takes the file's name where the title says nothing", () => {
    expect(
      nameClipArt("plants/apple_tree_01.svg", { ...unsaid, title: "untitled" }, vocabulary)?.label,
    ).toBe("apple tree");
  });

  it("takes a known keyword where the label is in another language, or leaves the picture out", () => {
    expect(
      nameClipArt("x/palloncini.svg", { ...unsaid, keywords: ["apple"] }, vocabulary)?.label,
    ).toBe("apple");
    expect(nameClipArt("x/palloncini.svg", unsaid, vocabulary)).toBeUndefined();
  });

  it("calls flags flags", () => {
    expect(
      nameClipArt(
        "signs_and_symbols/flags/europe/spain.svg",
        { ...unsaid, title: "by spain" },
        vocabulary,
      )?.label,
    ).toBe("flag of spain");
  });

  it("leaves out what should not be shown", () => {
    expect(
      nameClipArt("x/frog.svg", { ...unsaid, keywords: ["rifle"] }, vocabulary),
    ).toBeUndefined();
  });
});
