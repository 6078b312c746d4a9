/** What an Open Clip Art file says about itself. */
export interface ClipArtMetadata {
  readonly title: string;
  readonly author: string;
  readonly keywords: readonly string[];
  readonly isPublicDomain: boolean;
  /** Holds a bitmap. */
  readonly hasBitmap: boolean;
}

const noiseKeywords = /^\d+$|unsorted|^other$|remix|svg|clip ?art|color|hidden/;

/** Reads the RDF metadata of an SVG file. */
export function clipArtMetadata(svg: string): ClipArtMetadata {
  const licenses = Array.from(
    svg.matchAll(/cc:license\s+rdf:resource="([^"]*)"/g),
    ([, address = ""]) => address,
  );
  const isFree = licenses.some((address) => /PublicDomain|licenses\/publicdomain/i.test(address));
  const isOther = licenses.some((address) =>
    /GPL|by/i.test(address.split("/").slice(-2).join("/")),
  );
  const rdf = svg.slice(Math.max(0, svg.indexOf("<metadata")));
  return {
    title: clipArtWords(/<dc:title[^>]*>([^<]*)/.exec(rdf)?.[1]?.replace(/&[a-z]+;/g, " ") ?? "")
      .replace(/clipart by .* - ?/, "")
      .replace(/[^a-z0-9' ]/g, " "),
    author: clipArtWords(/<dc:creator[^>]*>[\s\S]*?<dc:title[^>]*>([^<]*)/.exec(rdf)?.[1] ?? ""),
    keywords: Array.from(rdf.matchAll(/<rdf:li[^>]*>([^<]*)/g), ([, keyword = ""]) =>
      clipArtWords(keyword),
    ).filter((keyword) => keyword !== "" && keyword.length < 24 && !noiseKeywords.test(keyword)),
    isPublicDomain: isFree && !isOther,
    hasBitmap: /<image\b/.test(svg),
  };
}

/** Lower-case words, separated by single spaces. */
export function clipArtWords(text: string): string {
  return text.toLowerCase().replace(/[_-]+/g, " ").replace(/\s+/g, " ").trim();
}
