/** A package of the npm registry, pinned to one file by its digest. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the tarball. */
  readonly integrity: string;
}

/** A Debian package, pinned likewise. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Of the .deb, in hexadecimal. */
  readonly sha256: string;
}

/** How a source names its pictures: that decides how a picture finds its caption. */
export type SourceLayout =
  /** Iconify's icons.json, one icon an emoji. */
  | "emoji-icons"
  /** One file an emoji, named by its code points. */
  | "emoji-files"
  /** Iconify's icons.json, where the icon's name is its label. */
  | "named-icons"
  /** Open Clip Art Library: a tree of SVG files with titles and keywords inside. */
  | "clip-art";

/** Where pictures come from, what they look like and to whom they are owed. */
export interface PictureSource {
  readonly package: NpmPackage | DebianPackage;
  readonly layout: SourceLayout;
  /** What captions call the look. Neutral words: no maker's name is a prompt word. */
  readonly style: string;
  /** SPDX identifier, or "Public-Domain". Share-alike and GPL sources are left out on purpose. */
  readonly license: string;
  /** Work and author, as the licence wants them named. */
  readonly credit: string;
  readonly homepage: string;
  /** One colour, as an alpha mask: coloured when it is loaded. */
  readonly isGlyph?: true;
  /** Names are written without separators ("grinningface"), or nearly so. */
  readonly hasLooseNames?: true;
  /** Only icons whose name ends so, and only those that are named like an emoji. */
  readonly nameEnding?: string;
}

const npm = (name: string, version: string, integrity: string): NpmPackage => ({
  name,
  version,
  integrity: `sha512-${integrity}`,
});

/*
 * Left out: @iconify-json/fluent-emoji (a vector trace of the 3-D set: half of the pairs are near-duplicates), OpenMoji and EmojiOne 1 (share-alike),
 * Tux Paint's stamps (GPL). fxemoji's package says Apache-2.0, but upstream puts its drawings under CC-BY-4.0.
 */
export const pictureSources = {
  noto: {
    package: npm(
      "@iconify-json/noto",
      "1.2.9",
      "DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw==",
    ),
    layout: "emoji-icons",
    style: "shaded emoji",
    license: "Apache-2.0",
    credit: "Noto Emoji, Google",
    homepage: "https://github.com/googlefonts/noto-emoji",
  },
  notov1: {
    package: npm(
      "@iconify-json/noto-v1",
      "1.2.5",
      "/DsVMius69Q0fRS53z7QK1TROSuar606jiIx+laXtdsYGMXpf6LtHBx6CGfoo3UHHb/XpBsw+1L1x3eyPqMuVA==",
    ),
    layout: "emoji-icons",
    style: "blob emoji",
    license: "Apache-2.0",
    credit: "Noto Emoji (first version), Google",
    homepage: "https://github.com/googlefonts/noto-emoji",
    hasLooseNames: true,
  },
  twemoji: {
    package: npm(
      "@iconify-json/twemoji",
      "1.2.5",
      "uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw==",
    ),
    layout: "emoji-icons",
    style: "flat emoji",
    license: "CC-BY-4.0",
    credit: "Twemoji, Twitter, Inc. and other contributors",
    homepage: "https://github.com/jdecked/twemoji",
  },
  fluentflat: {
    package: npm(
      "@iconify-json/fluent-emoji-flat",
      "1.2.6",
      "RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw==",
    ),
    layout: "emoji-icons",
    style: "minimal icon",
    license: "MIT",
    credit: "Fluent Emoji (flat), Microsoft Corporation",
    homepage: "https://github.com/microsoft/fluentui-emoji",
  },
  fluent3d: {
    package: npm(
      "@lobehub/fluent-emoji-3d",
      "1.1.0",
      "Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==",
    ),
    layout: "emoji-files",
    style: "3d render",
    license: "MIT",
    credit: "Fluent Emoji (3D), Microsoft Corporation; packaged by LobeHub",
    homepage: "https://github.com/microsoft/fluentui-emoji",
  },
  emojitwo: {
    package: npm(
      "@iconify-json/emojione",
      "1.2.3",
      "T9+T3HIbJNLKKsmxYKlaYhvnHYkz/HNYTV7SHCXVZPfeUi4FqskY70YeN8yYAZT8cCv7w5vJxS4Q1m8zb9CMMg==",
    ),
    layout: "emoji-icons",
    style: "cartoon emoji",
    license: "CC-BY-4.0",
    credit: "EmojiTwo and contributors, after EmojiOne 2",
    homepage: "https://github.com/EmojiTwo/emojitwo",
    hasLooseNames: true,
  },
  fxemoji: {
    package: npm(
      "@iconify-json/fxemoji",
      "1.2.2",
      "UAasRaxzFUKfIGSmLwnoarsssA4LX0VLLuEmplIqM6ZNQqIQRtav8tZ4H1neTlBreXuMQyAifr5jP4kn78DpiQ==",
    ),
    layout: "emoji-icons",
    style: "paper emoji",
    license: "CC-BY-4.0",
    credit: "FxEmojis, Mozilla",
    homepage: "https://github.com/mozilla/fxemoji",
    hasLooseNames: true,
  },
  openclipart: {
    package: {
      name: "openclipart-svg",
      version: "1:0.18+dfsg-19",
      sha256: "989712d90d57dfa3230049f553bb43b76c30ee4d4b8c5f6e106e33f7db5cbdc5",
    },
    layout: "clip-art",
    style: "clip art",
    license: "Public-Domain",
    credit: "Open Clip Art Library 0.18, its contributors",
    homepage: "https://openclipart.org",
  },
  slemoji: {
    package: npm(
      "@iconify-json/streamline-emojis",
      "1.2.4",
      "iNr9T9XuZVTyQPJO8ZlLxBzPkpi7qMl+z1l0C31vpEMqhPMelth3n7CeWQYtixdetDPdI81yeG4ROqjWpYJE6A==",
    ),
    layout: "named-icons",
    style: "comic icon",
    license: "CC-BY-4.0",
    credit: "Streamline Emojis, Streamline",
    homepage: "https://www.streamlinehq.com",
  },
  gameicons: {
    package: npm(
      "@iconify-json/game-icons",
      "1.2.4",
      "/HDDZxowXgDJcOEwPspUCq5RuDdl25OyZKdtxqqiPJQNTrWIym7r4StLzIVs77DyNzOWWhH5wDqwYR3WHeDfkg==",
    ),
    layout: "named-icons",
    style: "silhouette",
    license: "CC-BY-3.0",
    credit:
      "game-icons.net: icons made by Lorc, Delapouite, John Colburn, Felbrigg, John Redman, Carl Olsen, Sbed, PriorBlue, Willdabeast, Viscious Speed, Lord Berandas, Irongamer, HeavenlyDog and the site's other authors",
    homepage: "https://game-icons.net",
    isGlyph: true,
  },
  phfill: {
    package: npm(
      "@iconify-json/ph",
      "1.2.2",
      "PgkEZNtqa8hBGjHXQa4pMwZa93hmfu8FUSjs/nv4oUU6yLsgv+gh9nu28Kqi8Fz9CCVu4hj1MZs9/60J57IzFw==",
    ),
    layout: "named-icons",
    style: "silhouette",
    license: "MIT",
    credit: "Phosphor Icons",
    homepage: "https://phosphoricons.com",
    isGlyph: true,
    nameEnding: "-fill",
  },
} as const satisfies Record<string, PictureSource>;

/** The name of a source of pictures, as records and options write it. */
export type SourceName = keyof typeof pictureSources;

/** In the order in which they are listed, rendered and counted. */
export const sourceNames = Object.keys(pictureSources) as SourceName[];

export const sourceOf = (name: SourceName): PictureSource => pictureSources[name];

/** Labels and keywords of all emoji: MIT; its texts derive from the Unicode CLDR (Unicode-3.0). */
export const emojibase: NpmPackage = npm(
  "emojibase-data",
  "17.0.0",
  "Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==",
);

/** Packages whose tables of code points and names help to match the names of others. */
export const nameTablePackages: readonly NpmPackage[] = [
  pictureSources.noto.package,
  pictureSources.twemoji.package,
  pictureSources.fluentflat.package,
];

export const isDebian = (source: NpmPackage | DebianPackage): source is DebianPackage =>
  "sha256" in source;
